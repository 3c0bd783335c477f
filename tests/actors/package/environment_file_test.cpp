#include "actors/package/environment_file.hpp"
#include "tests/support/temporary_folder.hpp"

#include <fstream>
#include <gmock/gmock.h>

namespace fedloom::package {
namespace {

using domain::errc;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class environment_file_test : public testing::Test {
protected:
  domain::expected<python_requirements> read(const std::string& yaml) const {
    std::ofstream(file()) << yaml;
    return read_requirements(file());
  }
  std::string problem_of(const std::string& yaml) const {
    const auto result = read(yaml);
    EXPECT_FALSE(result) << yaml;
    return result ? "" : to_string(result.error());
  }
  std::filesystem::path file() const { return folder / "python_env.yaml"; }

  test::temporary_folder folder;
};

TEST_F(environment_file_test, reads_names_and_lines_for_pip) {
  const auto wanted = read("name: mnist\npython: 3.10.6\nbuild_dependencies: [pip, setuptools, wheel==0.37.1]\n"
                           "dependencies:\n  - torch==2.4.1; (sys_platform == 'darwin')\n  - fedn\n");
  ASSERT_TRUE(wanted) << to_string(wanted.error());
  EXPECT_EQ(wanted->name, "mnist");
  EXPECT_EQ(wanted->python, "3.10.6");
  EXPECT_THAT(wanted->build_dependencies, ElementsAre("pip", "setuptools", "wheel==0.37.1"));
  EXPECT_THAT(wanted->dependencies, ElementsAre("torch==2.4.1; (sys_platform == 'darwin')", "fedn"));
}

TEST_F(environment_file_test, needs_nothing_to_be_there) {
  const auto wanted = read("name:\ndependencies:\n");
  ASSERT_TRUE(wanted) << to_string(wanted.error());
  EXPECT_EQ(wanted->name, "fedn_env");
  EXPECT_THAT(wanted->dependencies, IsEmpty());
}

TEST_F(environment_file_test, refuses_any_other_key) {
  EXPECT_THAT(problem_of("name: a\npip: [numpy]\n"), HasSubstr("python_env.yaml: the key pip is unknown"));
}

TEST_F(environment_file_test, refuses_wrong_values) {
  EXPECT_THAT(problem_of("dependencies: numpy\n"), HasSubstr("dependencies must be a list"));
  EXPECT_THAT(problem_of("dependencies: [{a: b}]\n"), HasSubstr("dependencies must be a list"));
  EXPECT_THAT(problem_of("dependencies: [\"a\\nb\"]\n"), HasSubstr("dependencies must be a list"));
  EXPECT_THAT(problem_of("name: ../evil\n"), HasSubstr("name must be"));
  EXPECT_THAT(problem_of("- a\n"), HasSubstr("must be a map"));
  EXPECT_EQ(read_requirements(folder / "nowhere").error().code, errc::not_found);
}

TEST_F(environment_file_test, knows_an_environment_by_its_content) {
  const python_requirements one{"a", "3.10", {"pip"}, {"numpy"}};
  const auto hash = content_hash(one, "/usr/bin/python3.11");
  EXPECT_EQ(hash.size(), 64U);
  EXPECT_EQ(content_hash({"b", "3.11", {"pip"}, {"numpy"}}, "/usr/bin/python3.11"), hash);
  EXPECT_NE(content_hash(one, "/usr/bin/python3.12"), hash);
  EXPECT_NE(content_hash({"a", "3.10", {"pip", "numpy"}, {}}, "/usr/bin/python3.11"), hash);
  EXPECT_NE(content_hash({"a", "3.10", {"pip"}, {"numpy==1"}}, "/usr/bin/python3.11"), hash);
}

} // namespace
} // namespace fedloom::package
