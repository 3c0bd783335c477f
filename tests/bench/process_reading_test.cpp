#include "tests/bench/process_reading.hpp"

#include <gtest/gtest.h>

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <future>
#include <thread>

namespace fedloom::bench {
namespace {

TEST(process_reading_test, finds_resident_and_peak_memory_in_a_status_file) {
  const auto found = memory_in("Name:\tx\nVmPeak:\t  900 kB\nVmHWM:\t  40 kB\nVmRSS:\t  30 kB\nThreads:\t1\n");
  EXPECT_EQ(found.peak, 40 * 1024U);
  EXPECT_EQ(found.resident, 30 * 1024U);
}

TEST(process_reading_test, what_a_status_file_does_not_have_is_zero) {
  EXPECT_EQ(memory_in("Name:\tkthreadd\n").peak, 0U);
}

TEST(process_reading_test, reads_this_process) {
  const auto before = cpu_seconds(::getpid());
  EXPECT_GT(before, 0);
  EXPECT_GE(cpu_seconds(::getpid()), before);
  EXPECT_GT(memory_of(::getpid()).resident, 0U);
}

TEST(process_reading_test, reads_the_threads_of_one_name) {
  std::promise<void> worked;
  std::promise<void> read;
  std::jthread busy([&] {
    ::pthread_setname_np(::pthread_self(), "busy-one");
    while (cpu_seconds(::getpid(), "busy-one") < 0.001) {
    }
    worked.set_value();
    read.get_future().wait();
  });
  worked.get_future().wait();
  const auto found = cpu_seconds(::getpid(), "busy-one");
  EXPECT_GE(found, 0.001);
  EXPECT_LE(found, cpu_seconds(::getpid()));
  EXPECT_EQ(cpu_seconds(::getpid(), "nobody"), 0);
  read.set_value();
}

TEST(process_reading_test, a_process_that_has_ended_is_an_error) {
  const auto ended = ::fork();
  if (ended == 0) {
    ::_exit(0);
  }
  ::waitpid(ended, nullptr, 0);
  EXPECT_THROW(cpu_seconds(ended), std::runtime_error);
}

} // namespace
} // namespace fedloom::bench
