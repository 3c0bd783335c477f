// The simulation can fail: each of these bugs is found, and for the right reason.
#include "tests/simulation/schedule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fedloom::simulation {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t most_schedules = 5000;

/// What the first schedule that breaks an invariant says.
std::string first_violation(planted_bug planted) {
  for (std::uint64_t seed = 1; seed <= most_schedules; ++seed) {
    const auto came = run_schedule(seed, planted);
    if (!came.violations.empty()) {
      testing::Test::RecordProperty("schedules", static_cast<int>(seed));
      return came.violations;
    }
  }
  return "found nothing";
}

TEST(planted_bugs_test, an_update_that_counts_twice_when_its_client_is_planned_anew_is_found) {
  EXPECT_THAT(first_violation(planted_bug::double_count), HasSubstr("I-11"));
}

TEST(planted_bugs_test, a_commit_before_its_model_is_durable_is_found) {
  EXPECT_THAT(first_violation(planted_bug::commit_before_blob), HasSubstr("I-2"));
}

TEST(planted_bugs_test, a_fenced_leases_partial_that_is_accepted_is_found) {
  EXPECT_THAT(first_violation(planted_bug::fenced_part_accepted), HasSubstr("I-1"));
}

TEST(planted_bugs_test, a_receipt_before_its_answer_is_journalled_is_found) {
  EXPECT_THAT(first_violation(planted_bug::receipt_before_journal), HasSubstr("I-5"));
}

TEST(planted_bugs_test, an_update_that_is_offered_before_it_is_durable_is_found) {
  EXPECT_THAT(first_violation(planted_bug::offer_before_store), HasSubstr("I-5"));
}

} // namespace
} // namespace fedloom::simulation
