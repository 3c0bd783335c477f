#include "actors/kernel/restart_budget.hpp"

#include <gtest/gtest.h>

namespace fedloom::kernel {
namespace {

using namespace std::chrono_literals;

domain::instant at(domain::milliseconds since_start) {
  return domain::instant{} + since_start;
}

TEST(restart_budget_test, grants_as_many_restarts_as_the_window_allows) {
  restart_budget sut({2, 10s}, {});
  EXPECT_TRUE(sut.spend(at(0ms)).granted);
  EXPECT_TRUE(sut.spend(at(1ms)).granted);
  EXPECT_FALSE(sut.spend(at(2ms)).granted);
}

TEST(restart_budget_test, forgets_deaths_that_are_a_window_old) {
  restart_budget sut({2, 10s}, {});
  EXPECT_TRUE(sut.spend(at(0s)).granted);
  EXPECT_TRUE(sut.spend(at(6s)).granted);
  EXPECT_FALSE(sut.spend(at(9999ms)).granted);
  EXPECT_TRUE(sut.spend(at(10s)).granted);
  EXPECT_FALSE(sut.spend(at(15s)).granted);
}

TEST(restart_budget_test, grants_nothing_when_no_restarts_are_allowed) {
  restart_budget sut({0, 10s}, {});
  EXPECT_FALSE(sut.spend(at(0ms)).granted);
}

TEST(restart_budget_test, doubles_the_pause_up_to_the_most) {
  restart_budget sut({6, 10s}, {10ms, 100ms});
  for (const auto pause : {10ms, 20ms, 40ms, 80ms, 100ms, 100ms}) {
    EXPECT_EQ(sut.spend(at(0ms)).pause, pause);
  }
}

TEST(restart_budget_test, begins_with_the_first_pause_again_after_a_quiet_window) {
  restart_budget sut({5, 10s}, {10ms, 100ms});
  sut.spend(at(0s));
  EXPECT_EQ(sut.spend(at(1s)).pause, 20ms);
  EXPECT_EQ(sut.spend(at(11s)).pause, 10ms);
}

} // namespace
} // namespace fedloom::kernel
