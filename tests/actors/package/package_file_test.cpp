#include "actors/package/package_file.hpp"

#include <fstream>
#include <gmock/gmock.h>
#include <stdlib.h>

namespace fedloom::package {
namespace {

using testing::HasSubstr;

class package_file_test : public testing::Test {
protected:
  package_file_test() {
    auto name = (std::filesystem::temp_directory_path() / "fedloom-package-XXXXXX").string();
    folder = ::mkdtemp(name.data());
  }
  ~package_file_test() override { std::filesystem::remove_all(folder); }

  void write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories((folder / name).parent_path());
    std::ofstream(folder / name) << text;
  }
  domain::error problem_of(const std::string& fedn_yaml) {
    write("fedn.yaml", fedn_yaml);
    const auto package = load_package(folder);
    return package ? domain::error{} : package.error();
  }

  std::filesystem::path folder;
};

TEST_F(package_file_test, reads_commands_and_passes_over_foreign_keys) {
  write("fedn.yaml", "colour: red\nentry_points:\n  train:\n    command: python3 train.py\n    cwd: x\n"
                     "  validate:\n    command: python3 validate.py\n");
  const auto package = load_package(folder);
  ASSERT_TRUE(package) << to_string(package.error());
  EXPECT_EQ(*package,
            (compute_package{folder, {{"train", "python3 train.py"}, {"validate", "python3 validate.py"}}, {}}));
}

TEST_F(package_file_test, names_the_file_of_the_virtual_environment) {
  write("fedn.yaml", "python_env: python_env.yaml\nentry_points: {train: {command: a}}\n");
  write("python_env.yaml", "name: my_env\ndependencies: [numpy]\n");
  const auto package = load_package(folder);
  ASSERT_TRUE(package) << to_string(package.error());
  EXPECT_EQ(package->environment_file, folder / "python_env.yaml");
  EXPECT_EQ(package->python_env, std::nullopt) << "it has yet to be made";
}

TEST_F(package_file_test, takes_an_environment_that_stands_in_the_project) {
  write("fedn.yaml", "python_env: python_env.yaml\nentry_points: {train: {command: a}}\n");
  write("python_env.yaml", "name: my_env\ndependencies: [numpy]\n");
  write("my_env/bin/activate", "");
  EXPECT_EQ(load_package(folder).value().python_env, folder / "my_env");
  write("python_env.yaml", "dependencies: [numpy]\n");
  write("fedn_env/bin/activate", "");
  EXPECT_EQ(load_package(folder).value().python_env, folder / "fedn_env");
}

TEST_F(package_file_test, accepts_a_worker_instead_of_a_train_command) {
  write("fedn.yaml", "entry_points: {worker: {command: python3 worker.py}}\n");
  const auto package = load_package(folder);
  ASSERT_TRUE(package) << to_string(package.error());
  EXPECT_TRUE(is_for_worker(*package, "train"));
  EXPECT_FALSE(is_for_worker(*package, "startup"));
}

TEST_F(package_file_test, says_that_there_is_no_file) {
  const auto package = load_package(folder / "nowhere");
  ASSERT_FALSE(package);
  EXPECT_EQ(package.error().code, domain::errc::not_found);
  EXPECT_THAT(package.error().text, HasSubstr("nowhere/fedn.yaml"));
}

TEST_F(package_file_test, says_what_is_wrong_with_the_file) {
  EXPECT_THAT(problem_of("").text, HasSubstr("must be a map"));
  EXPECT_THAT(problem_of("a: [").text, HasSubstr("fedn.yaml: yaml-cpp: error"));
  EXPECT_THAT(problem_of("name: x\n").text, HasSubstr("needs entry_points"));
  EXPECT_THAT(problem_of("entry_points: {train: a}\n").text, HasSubstr("entry_points.train needs a command"));
  EXPECT_THAT(problem_of("entry_points: {validate: {command: a}}\n").text,
              HasSubstr("no entry point train and no worker"));
  EXPECT_THAT(problem_of("entry_points: {train: {command: ''}}\n").text, HasSubstr("train"));
  EXPECT_EQ(problem_of("entry_points: {}\n").code, domain::errc::config_invalid);
}

TEST_F(package_file_test, says_what_is_wrong_with_the_environments_file) {
  const std::string yaml = "python_env: python_env.yaml\nentry_points: {train: {command: a}}\n";
  EXPECT_EQ(problem_of(yaml).code, domain::errc::not_found);
  EXPECT_THAT(problem_of(yaml).text, HasSubstr("python_env.yaml"));
  write("python_env.yaml", "colour: red\n");
  EXPECT_THAT(problem_of(yaml).text, HasSubstr("the key colour is unknown"));
}

} // namespace
} // namespace fedloom::package
