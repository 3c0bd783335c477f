#include "cli/children.hpp"

#include "actors/client/runtime/child_environment.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <fcntl.h>
#include <fstream>

namespace fedloom::cli {

namespace {

class children_test : public testing::Test {
protected:
  client::process_order shell(const std::string& command) const {
    client::process_order order;
    order.words = {"sh", "-c", command};
    order.folder = folder.path();
    order.variables = client::inherited_environment();
    order.output_fd = order.error_fd = out.get();
    return order;
  }
  void start(const std::string& name, const std::string& command) {
    const auto started = running.start(name, shell(command));
    ASSERT_TRUE(started) << started.error().text;
  }

  test::temporary_folder folder;
  client::unique_fd out{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
  std::stop_source stop;
  children running{stop.get_token()};
};

} // namespace

TEST_F(children_test, tells_who_ended_and_how) {
  start("sleeper", "exec sleep 1000");
  start("seven", "exit 7");
  const auto ended = running.wait();
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->name, "seven");
  EXPECT_EQ(ended->status, 7);
  EXPECT_FALSE(running.wait(std::chrono::milliseconds{0}));
}

TEST_F(children_test, a_stop_ends_the_waiting) {
  start("sleeper", "exec sleep 1000");
  stop.request_stop();
  EXPECT_FALSE(running.wait());
}

TEST_F(children_test, all_may_end_in_their_own_way_when_they_have_to) {
  start("tidy", "trap 'echo ended > tidy; exit 0' TERM; echo > ready; sleep 1000 & wait");
  while (!exists(folder / "ready")) {
    ASSERT_FALSE(running.wait(std::chrono::milliseconds{10}));
  }
  running.end_all();
  EXPECT_TRUE(exists(folder / "tidy"));
}

} // namespace fedloom::cli
