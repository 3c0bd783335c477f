#include "services/runtime/exit_codes.hpp"
#include "services/runtime/http_server.hpp"
#include "services/runtime/version.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace fedloom::runtime {

using test::child_process;
using testing::HasSubstr;

namespace {

/// sample_service stands beside this test's own program.
std::string sample() {
  return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "sample_service").string();
}

constexpr int code(exit_code value) {
  return static_cast<int>(value);
}

class service_test : public testing::Test {
protected:
  std::vector<std::string> command(const std::string& yaml) const {
    std::ofstream(folder_ / "sample.yaml") << yaml;
    return {sample(), "--config", (folder_ / "sample.yaml").string()};
  }
  child_process behaving(const std::string& how) const {
    return child_process(command("sample: {behaviour: " + how + '}'));
  }

  test::temporary_folder folder_;
};

} // namespace

TEST_F(service_test, drains_on_sigterm_and_ends_with_0) {
  auto service = behaving("run");
  ASSERT_TRUE(service.read_until("running"));
  service.send(SIGTERM);
  EXPECT_TRUE(service.read_until("draining"));
  EXPECT_TRUE(service.read_until("freed"));
  EXPECT_EQ(service.wait(), code(exit_code::ok));
}

TEST_F(service_test, drains_on_sigint_too) {
  auto service = behaving("run");
  ASSERT_TRUE(service.read_until("running"));
  service.send(SIGINT);
  EXPECT_TRUE(service.read_until("draining"));
  EXPECT_EQ(service.wait(), code(exit_code::ok));
}

TEST_F(service_test, ends_at_once_on_a_second_signal) {
  auto service = behaving("hang");
  ASSERT_TRUE(service.read_until("running"));
  service.send(SIGTERM);
  ASSERT_TRUE(service.read_until("draining"));
  service.send(SIGTERM);
  EXPECT_EQ(service.wait(), 128 + SIGTERM);
}

TEST_F(service_test, ends_without_a_drain_that_hangs) {
  auto words = command("sample: {behaviour: hang}");
  words.insert(words.begin() + 1, "--short-drain");
  child_process service(words);
  ASSERT_TRUE(service.read_until("running"));
  service.send(SIGTERM);
  EXPECT_TRUE(service.read_until("the drain took more than"));
  EXPECT_EQ(service.wait(), code(exit_code::internal));
}

TEST_F(service_test, drains_and_ends_with_6_when_the_tree_gives_up) {
  auto service = behaving("give_up");
  EXPECT_TRUE(service.read_until("draining"));
  EXPECT_EQ(service.wait(), code(exit_code::gave_up));
}

TEST_F(service_test, ends_with_0_when_its_work_is_over) {
  auto service = behaving("finish");
  EXPECT_TRUE(service.read_until("draining"));
  EXPECT_EQ(service.wait(), code(exit_code::ok));
}

TEST_F(service_test, outlives_a_broken_pipe) {
  auto service = behaving("broken_pipe");
  EXPECT_TRUE(service.read_until("running"));
  service.send(SIGTERM);
  EXPECT_EQ(service.wait(), code(exit_code::ok));
}

TEST_F(service_test, ends_with_4_when_the_store_cannot_be_used) {
  auto service = behaving("storage");
  EXPECT_TRUE(service.read_until("the disk is full"));
  EXPECT_EQ(service.wait(), code(exit_code::storage));
}

TEST_F(service_test, ends_with_5_when_the_port_is_in_use) {
  const auto taken = http_server::start({}, {}).value();
  child_process service(command("sample: {behaviour: listen}"),
                        {"FEDLOOM_SAMPLE_SAMPLE_PORT=" + std::to_string(taken->port())});
  EXPECT_TRUE(service.read_until("cannot listen on 127.0.0.1:" + std::to_string(taken->port())));
  EXPECT_EQ(service.wait(), code(exit_code::unreachable));
}

TEST_F(service_test, ends_with_70_when_something_throws) {
  auto service = behaving("throw");
  EXPECT_TRUE(service.read_until("thrown at start"));
  EXPECT_EQ(service.wait(), code(exit_code::internal));
}

TEST_F(service_test, ends_with_3_and_all_problems_when_the_configuration_is_invalid) {
  child_process service(command("sample: {behaviour: sing}\nlog: {level: loud}\ncolour: red"));
  const auto output = service.read_all();
  EXPECT_THAT(output, HasSubstr("sample.behaviour: \"sing\""));
  EXPECT_THAT(output, HasSubstr("log.level: \"loud\""));
  EXPECT_THAT(output, HasSubstr("colour: unknown key"));
  EXPECT_EQ(service.wait(), code(exit_code::config_invalid));
}

TEST_F(service_test, ends_with_3_when_there_is_no_such_file) {
  child_process service({sample(), "--config", "/nowhere/sample.yaml"});
  EXPECT_TRUE(service.read_until("/nowhere/sample.yaml"));
  EXPECT_EQ(service.wait(), code(exit_code::config_invalid));
}

TEST_F(service_test, checks_the_configuration_without_starting) {
  auto words = command("sample: {behaviour: throw}");
  words.push_back("--check-config");
  child_process service(words);
  EXPECT_TRUE(service.read_until("the configuration is valid"));
  EXPECT_EQ(service.wait(), code(exit_code::ok));
}

TEST_F(service_test, tells_its_version) {
  child_process service({sample(), "--version"});
  EXPECT_EQ(service.read_line(), "fedloom sample " + std::string{version()});
  EXPECT_EQ(service.wait(), code(exit_code::ok));
}

TEST_F(service_test, explains_its_flags_and_refuses_others_with_2) {
  child_process help({sample(), "--help"});
  EXPECT_THAT(help.read_all(), HasSubstr("--check-config"));
  EXPECT_EQ(help.wait(), code(exit_code::ok));
  child_process wrong({sample(), "--colour"});
  EXPECT_THAT(wrong.read_all(), HasSubstr("--colour"));
  EXPECT_EQ(wrong.wait(), code(exit_code::usage));
}

TEST_F(service_test, writes_its_log_where_the_configuration_says) {
  const auto file = (folder_ / "sample.log").string();
  child_process service(command("sample: {behaviour: finish}\nlog: {file: " + file + '}'));
  EXPECT_EQ(service.wait(), code(exit_code::ok));
  std::ifstream log(file);
  const std::string text{std::istreambuf_iterator<char>(log), {}};
  EXPECT_THAT(text, HasSubstr("\"event\":\"starting\""));
  EXPECT_THAT(text, HasSubstr("all done"));
}

} // namespace fedloom::runtime
