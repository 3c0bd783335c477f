#include "tests/bench/rounds.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fedloom::bench {
namespace {

rounds_result four_rounds() {
  rounds_result found;
  found.order = {10, 1'000'000, 4, 1, 1};
  found.round_seconds = {0.1, 0.2, 0.3, 0.4};
  found.floor = {0.05, 0.03, 0.02};
  found.cpu_seconds = {1.6, 3.2, 0};
  found.journal_seconds = 0.02;
  found.peak_rss_mb = {100, 80, 500};
  return found;
}

TEST(rounds_report_test, the_json_has_the_agreed_keys_and_the_derived_figures) {
  const auto json = to_json(four_rounds());
  EXPECT_EQ(json.at("clients"), 10);
  EXPECT_EQ(json.at("params"), 1'000'000);
  EXPECT_EQ(json.at("rounds"), 4);
  EXPECT_DOUBLE_EQ(json.at("round_s").at("median"), 0.25);
  EXPECT_DOUBLE_EQ(json.at("round_s").at("max"), 0.4);
  EXPECT_DOUBLE_EQ(json.at("floor_s"), 0.1);
  EXPECT_DOUBLE_EQ(json.at("updates_per_s"), 40);
  EXPECT_DOUBLE_EQ(json.at("cpu_ms_per_mb").at("controller"), 5) << "4 rounds x 10 clients x 8 MB";
  EXPECT_DOUBLE_EQ(json.at("cpu_ms_per_mb").at("combiner"), 10);
  EXPECT_DOUBLE_EQ(json.at("cpu_s_per_update").at("combiner"), 0.08);
  EXPECT_DOUBLE_EQ(json.at("journal_share"), 0.02);
  EXPECT_EQ(json.at("rss_mb").at("client"), 500);
}

TEST(rounds_report_test, the_text_says_how_far_the_round_is_from_the_floor) {
  EXPECT_THAT(to_text(four_rounds()), ::testing::HasSubstr("median round / floor 2.50"));
}

TEST(rounds_report_test, the_journals_share_is_that_of_one_combiner) {
  auto found = four_rounds();
  found.order.combiners = 2;
  EXPECT_DOUBLE_EQ(found.journal_share(), 0.01);
  EXPECT_THAT(to_text(found), ::testing::HasSubstr("journal 1.00 % of a round"));
}

TEST(rounds_report_test, the_median_of_an_odd_number_of_rounds_is_the_middle_one) {
  auto found = four_rounds();
  found.round_seconds = {1, 2, 9};
  EXPECT_EQ(found.median(), 2);
}

} // namespace
} // namespace fedloom::bench
