#include "actors/client/runtime/subprocess.hpp"
#include "tests/actors/client/runtime/fifo.hpp"
#include "tests/actors/client/runtime/scratch_folder.hpp"

#include <csignal>
#include <gtest/gtest.h>
#include <thread>

namespace fedloom::client {
namespace {

using namespace std::chrono_literals;

class subprocess_test : public testing::Test {
protected:
  subprocess_outcome run(const std::string& command, domain::milliseconds limit = 60s, std::stop_token stop = {}) {
    auto outcome = run_subprocess({command, folder.path(), limit}, std::move(stop));
    EXPECT_TRUE(outcome) << to_string(outcome.error());
    return outcome.value_or(subprocess_outcome{});
  }

  scratch_folder folder;
};

TEST_F(subprocess_test, answers_exit_code_and_both_outputs) {
  const auto outcome = run("echo out; echo err >&2; exit 7");
  EXPECT_EQ(outcome.how, subprocess_end::exited);
  EXPECT_EQ(outcome.status, 7);
  EXPECT_EQ(outcome.output, "out\nerr\n");
}

TEST_F(subprocess_test, answers_the_signal_like_a_shell_does) {
  EXPECT_EQ(run("kill -9 $$").status, 128 + SIGKILL);
}

TEST_F(subprocess_test, works_in_its_folder_with_an_empty_standard_input) {
  const auto outcome = run("pwd; cat; readlink /proc/self/fd/0");
  EXPECT_EQ(outcome.output, folder.path().string() + "\n/dev/null\n");
}

TEST_F(subprocess_test, inherits_no_descriptors_and_no_signal_settings) {
  const unique_fd leak(::open("/dev/zero", O_RDONLY));
  std::signal(SIGPIPE, SIG_IGN);
  const auto outcome = run("ls -l /proc/$$/fd | grep -c zero; grep SigIgn /proc/$$/status");
  std::signal(SIGPIPE, SIG_DFL);
  EXPECT_TRUE(outcome.output.starts_with("0\n")) << outcome.output;
  // SIGPIPE is number 13: bit 12 of the mask.
  EXPECT_EQ(std::stoull(outcome.output.substr(outcome.output.find('\t')), nullptr, 16) & (1U << 12U), 0U);
}

TEST_F(subprocess_test, limits_the_threads_of_numeric_libraries_unless_told_otherwise) {
  ::setenv("MKL_NUM_THREADS", "3", 1);
  const auto outcome = run("echo $OMP_NUM_THREADS $OPENBLAS_NUM_THREADS $MKL_NUM_THREADS");
  ::unsetenv("MKL_NUM_THREADS");
  EXPECT_EQ(outcome.output, "1 1 3\n");
}

TEST_F(subprocess_test, keeps_only_the_end_of_a_hundred_megabytes) {
  const auto outcome = run("head -c 100000000 /dev/zero | tr '\\0' 'x'; echo the end");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.output.size(), kept_output_bytes);
  EXPECT_TRUE(outcome.output.ends_with("xxxthe end\n"));
}

TEST_F(subprocess_test, kills_the_grandchildren_of_a_hanging_command_at_its_limit) {
  fifo alive(folder.path() / "alive");
  alive.open();
  const auto outcome = run("exec 3>alive; bash -c 'sleep 1000 & wait' & wait", 300ms);
  EXPECT_EQ(outcome.how, subprocess_end::timed_out);
  EXPECT_EQ(alive.read_to_end(), "");
}

TEST_F(subprocess_test, kills_what_a_command_left_running_after_a_normal_end) {
  fifo alive(folder.path() / "alive");
  alive.open();
  const auto outcome = run("exec 3>alive; echo here >&3; nohup sleep 1000 & disown; exit 0");
  EXPECT_EQ(outcome.how, subprocess_end::exited);
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(alive.read_to_end(), "here\n");
}

TEST_F(subprocess_test, returns_although_a_process_that_left_the_group_holds_the_output) {
  const fifo left(folder.path() / "left");
  fifo release(folder.path() / "release");
  const auto outcome = run("setsid bash -c 'echo > left; echo > release' & cat left; echo main");
  EXPECT_EQ(outcome.how, subprocess_end::exited);
  EXPECT_EQ(outcome.output, "\nmain\n");
  release.wait_for_writer(); // the escaped process lives, and ends now
}

TEST_F(subprocess_test, lets_a_command_that_heeds_the_request_clean_up) {
  fifo ready(folder.path() / "ready");
  std::stop_source stop;
  const std::jthread canceller([&] {
    ready.wait_for_writer();
    stop.request_stop();
  });
  const auto outcome =
      run("trap 'echo cleaned up; exit 3' TERM; sleep 1000 & exec 4>ready; wait", 60s, stop.get_token());
  EXPECT_EQ(outcome.how, subprocess_end::cancelled);
  EXPECT_EQ(outcome.status, 3);
  EXPECT_EQ(outcome.output, "cleaned up\n");
}

TEST_F(subprocess_test, kills_a_command_that_ignores_the_request) {
  fifo ready(folder.path() / "ready");
  std::stop_source stop;
  const std::jthread canceller([&] {
    ready.wait_for_writer();
    stop.request_stop();
  });
  const auto outcome = run("trap '' TERM; exec 4>ready; while :; do sleep 1000; done", 60s, stop.get_token());
  EXPECT_EQ(outcome.how, subprocess_end::cancelled);
  EXPECT_EQ(outcome.status, 128 + SIGKILL);
}

TEST_F(subprocess_test, kills_a_command_and_its_children_although_all_of_them_ignore_the_request) {
  fifo ready(folder.path() / "ready");
  fifo alive(folder.path() / "alive");
  alive.open();
  std::stop_source stop;
  const std::jthread canceller([&] {
    ready.wait_for_writer();
    stop.request_stop();
  });
  const auto outcome = run("exec 3>alive; trap '' TERM; (bash -c 'while :; do sleep 1000; done' & "
                           "while :; do sleep 1000; done) & sleep 1000 & exec 4>ready; while :; do sleep 1000; done",
                           60s, stop.get_token());
  EXPECT_EQ(outcome.how, subprocess_end::cancelled);
  EXPECT_EQ(alive.read_to_end(), "");
}

TEST_F(subprocess_test, gives_a_command_the_variables_that_it_is_told) {
  ::setenv("FEDLOOM_SUBPROCESS_TEST", "outer", 1);
  const auto outcome = run_subprocess({"echo $FEDLOOM_SUBPROCESS_TEST $OMP_NUM_THREADS",
                                       folder.path(),
                                       60s,
                                       {"FEDLOOM_SUBPROCESS_TEST=inner", "OMP_NUM_THREADS=5"}},
                                      {});
  ::unsetenv("FEDLOOM_SUBPROCESS_TEST");
  EXPECT_EQ(outcome->output, "inner 5\n");
}

TEST_F(subprocess_test, does_not_begin_what_is_already_cancelled) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(run("touch begun", 60s, stop.get_token()).how, subprocess_end::cancelled);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "begun"));
}

TEST_F(subprocess_test, says_which_folder_is_missing) {
  const auto outcome = run_subprocess({"true", folder.path() / "nowhere", 60s}, {});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, domain::errc::entry_point_failed);
  EXPECT_NE(outcome.error().text.find("nowhere"), std::string::npos);
}

} // namespace
} // namespace fedloom::client
