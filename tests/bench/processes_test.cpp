#include "tests/bench/processes.hpp"

#include "tests/bench/bench_failure.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <unistd.h>

namespace fedloom::bench {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class processes_test : public ::testing::Test {
protected:
  std::string why_wait_fails() {
    try {
      sut.wait(-1, 60s);
    } catch (const bench_failure& why) {
      return why.what();
    }
    return "it does not";
  }

  test::temporary_folder folder;
  stop_signals signals;
  processes sut{folder.path(), signals};
};

TEST_F(processes_test, a_program_that_ends_ends_the_wait_with_its_status_and_the_end_of_its_log) {
  sut.start("one", {"/bin/sh", "-c", "echo out of cheese; exit 3"});
  const auto why = why_wait_fails();
  EXPECT_THAT(why, HasSubstr("one ended with status 3"));
  EXPECT_THAT(why, HasSubstr("out of cheese"));
}

TEST_F(processes_test, a_signal_ends_the_wait) {
  ::kill(::getpid(), SIGTERM);
  EXPECT_THROW(sut.wait(-1, 60s), interrupted);
}

TEST_F(processes_test, ends_its_programs_and_complains_about_one_that_does_not_end_well) {
  sut.start("one", {"/bin/sh", "-c", "exec sleep 1000"});
  EXPECT_FALSE(sut.wait(-1, 1ms));
  EXPECT_THROW(sut.stop(), bench_failure);
}

TEST_F(processes_test, a_missing_program_is_an_error_that_names_it) {
  EXPECT_THROW(sut.start("one", {"/no/such/program"}), bench_failure);
}

TEST_F(processes_test, tells_when_a_descriptor_is_readable) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  EXPECT_FALSE(sut.wait(ends[0], 1ms));
  EXPECT_EQ(::write(ends[1], "x", 1), 1);
  EXPECT_TRUE(sut.wait(ends[0], 60s));
  ::close(ends[0]);
  ::close(ends[1]);
}

} // namespace
} // namespace fedloom::bench
