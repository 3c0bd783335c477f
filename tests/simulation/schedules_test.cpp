#include "tests/simulation/schedule.hpp"

#include <gtest/gtest.h>

namespace fedloom::simulation {
namespace {

/// Many more with tools/simulate.
constexpr std::uint64_t schedules = 4000;

TEST(schedules_test, sessions_end_and_keep_their_promises_whatever_happens) {
  history_checker::figures sum;
  for (std::uint64_t seed = 1; seed <= schedules && !HasFailure(); ++seed) {
    const auto came = run_schedule(seed);
    EXPECT_EQ(came.violations, "") << "FEDLOOM_SIMULATION_TRACE=1 tools/simulate --seeds 1 --from " << seed;
    sum.commits += came.seen.commits;
    sum.kills += came.seen.kills;
    sum.fenced += came.seen.fenced;
    sum.retries += came.seen.retries;
    sum.carried += came.seen.carried;
    sum.paused += came.seen.paused;
  }
  // The schedules are worth something: much was committed, and much went wrong on the way.
  EXPECT_GT(sum.commits, schedules);
  EXPECT_GT(sum.kills, schedules);
  EXPECT_GT(sum.fenced, schedules / 20);
  EXPECT_GT(sum.retries, schedules / 20);
  EXPECT_GT(sum.carried, schedules / 20);
  EXPECT_GT(sum.paused, schedules / 20);
}

TEST(schedules_test, one_seed_gives_one_history) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    EXPECT_EQ(run_schedule(seed).events, run_schedule(seed).events) << "seed " << seed;
  }
}

} // namespace
} // namespace fedloom::simulation
