#include "actors/package/compute_package.hpp"

#include <array>
#include <gtest/gtest.h>

namespace fedloom::package {
namespace {

compute_package example() {
  return {"/tmp", {{"train", "python3 train.py"}}};
}

TEST(compute_package_test, appends_the_arguments_to_the_command) {
  const std::array<std::filesystem::path, 2> arguments{"/a/in.npz", "/a/out.npz"};
  EXPECT_EQ(command_line(example(), "train", arguments).value(), "python3 train.py '/a/in.npz' '/a/out.npz'");
  EXPECT_EQ(command_line(example(), "train", {}).value(), "python3 train.py");
}

TEST(compute_package_test, quotes_arguments_for_the_shell) {
  const std::array<std::filesystem::path, 1> arguments{"/data of $HOME/it's"};
  EXPECT_EQ(command_line(example(), "train", arguments).value(), "python3 train.py '/data of $HOME/it'\\''s'");
}

TEST(compute_package_test, enters_the_virtual_environment_first) {
  auto package = example();
  package.python_env = "/tmp/venv";
  EXPECT_EQ(command_line(package, "train", {}).value(), "source '/tmp/venv/bin/activate' && python3 train.py");
}

TEST(compute_package_test, has_no_line_for_a_missing_entry_point) {
  EXPECT_EQ(command_line(example(), "validate", {}).error().code, domain::errc::entry_point_missing);
}

TEST(compute_package_test, is_valid_with_a_folder_and_a_train_command) {
  EXPECT_TRUE(validate(example()));
}

TEST(compute_package_test, names_what_is_wrong) {
  const auto problem_of = [](auto change) {
    auto package = example();
    change(package);
    return validate(package).error().text;
  };
  EXPECT_EQ(problem_of([](auto& package) { package.project_dir = "/nowhere/at/all"; }),
            "the compute package /nowhere/at/all is not a folder");
  EXPECT_EQ(problem_of([](auto& package) { package.entry_points.clear(); }),
            "the compute package /tmp has no entry point train and no worker");
  EXPECT_EQ(problem_of([](auto& package) { package.entry_points["validate"] = " \n"; }),
            "the entry point validate of the compute package /tmp has no command");
  EXPECT_NE(problem_of([](auto& package) { package.python_env = "/no-such-environment"; }).find("/no-such-environment"),
            std::string::npos);
}

} // namespace
} // namespace fedloom::package
