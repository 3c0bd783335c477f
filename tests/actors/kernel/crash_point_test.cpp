#include "actors/kernel/crash_point.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace fedloom::kernel {
namespace {

/// The order is read once per process, and each death test is a process of its own.
void live_with(const std::string& order, std::initializer_list<const char*> points) {
  ::setenv("FEDLOOM_CRASH_AT", order.c_str(), 1);
  for (const auto* point : points) {
    crash_point(point);
  }
  std::_Exit(0);
}

std::string order_file(const std::string& text) {
  const auto file = std::filesystem::temp_directory_path() / ("fedloom-crash-point-" + std::to_string(::getpid()));
  std::ofstream(file) << text;
  return file.string();
}

TEST(crash_point_test, kills_the_process_at_the_point_that_is_named) {
  EXPECT_EXIT(live_with("after-blob", {"before-blob", "after-blob"}), testing::KilledBySignal(SIGKILL), "");
}

TEST(crash_point_test, passes_all_others) {
  EXPECT_EXIT(live_with("after", {"before-blob", "after-blob"}), testing::ExitedWithCode(0), "");
  EXPECT_EXIT(live_with("", {"", "after-blob"}), testing::ExitedWithCode(0), "");
}

TEST(crash_point_test, takes_its_order_from_a_file_once) {
  const auto file = order_file("after-blob kill\n");
  EXPECT_EXIT(live_with(file, {"before-blob"}), testing::ExitedWithCode(0), "");
  EXPECT_TRUE(std::filesystem::exists(file));
  EXPECT_EXIT(live_with(file, {"before-blob", "after-blob"}), testing::KilledBySignal(SIGKILL), "");
  EXPECT_FALSE(std::filesystem::exists(file));
  EXPECT_EXIT(live_with(file, {"before-blob", "after-blob"}), testing::ExitedWithCode(0), "");
}

} // namespace
} // namespace fedloom::kernel
