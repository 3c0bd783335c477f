#include "actors/aggregation/convergence.hpp"

#include <gtest/gtest.h>
#include <limits>
#include <vector>

namespace fedloom::aggregation {
namespace {

using domain::errc;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::vector<judged_round> rounds_with(const std::vector<std::optional<double>>& accuracies) {
  std::vector<judged_round> rounds;
  for (const auto& one : accuracies) {
    rounds.push_back({static_cast<std::uint32_t>(rounds.size() + 1), one, {}});
  }
  return rounds;
}

std::vector<judged_round> rounds_losing(const std::vector<std::optional<double>>& losses) {
  std::vector<judged_round> rounds;
  for (const auto& one : losses) {
    rounds.push_back({static_cast<std::uint32_t>(rounds.size() + 1), {}, one});
  }
  return rounds;
}

stop_reason reason(const stop_rule& rule, const std::vector<std::optional<double>>& accuracies) {
  return reason_to_stop(rule, rounds_with(accuracies));
}

TEST(convergence_test, without_a_rule_a_session_goes_on) {
  EXPECT_EQ(reason({}, {0.9, 0.9, 0.9, 1.0, 1.0}), stop_reason::none);
}

TEST(convergence_test, it_ends_when_the_target_is_reached) {
  EXPECT_EQ(reason({0.9}, {0.5, 0.89}), stop_reason::none);
  EXPECT_EQ(reason({0.9}, {0.5, 0.9}), stop_reason::target_reached);
  EXPECT_EQ(reason({0.9}, {0.5, 0.95, 0.8}), stop_reason::target_reached) << "its model was committed";
}

TEST(convergence_test, it_ends_when_the_last_rounds_lie_close_together) {
  const stop_rule rule{std::nullopt, 3, 0.01};
  EXPECT_EQ(reason(rule, {0.5, 0.8, 0.805, 0.809}), stop_reason::converged);
  EXPECT_EQ(reason(rule, {0.5, 0.8, 0.805, 0.82}), stop_reason::none);
  EXPECT_EQ(reason(rule, {0.8, 0.7, 0.8}), stop_reason::none) << "the lowest need not be the first";
  EXPECT_EQ(reason(rule, {0.8, 0.8}), stop_reason::none) << "too few to say";
  EXPECT_EQ(reason({std::nullopt, 2, 0.25}, {0.5, 0.75}), stop_reason::none) << "as far apart as the threshold";
}

TEST(convergence_test, rounds_that_nobody_judged_do_not_count) {
  const stop_rule rule{0.9, 3, 0.01};
  EXPECT_EQ(reason(rule, {0.8, std::nullopt, 0.8, nan}), stop_reason::none);
  EXPECT_EQ(reason(rule, {0.8, std::nullopt, 0.8, nan, 0.8}), stop_reason::converged);
  EXPECT_EQ(reason(rule, {std::nullopt, nan, std::numeric_limits<double>::infinity()}), stop_reason::none);
}

TEST(convergence_test, a_stop_rule_is_checked) {
  EXPECT_EQ(fault_of(stop_rule{}).code, errc::none);
  EXPECT_EQ(fault_of(stop_rule{1.0, 2, 1.0}).code, errc::none);
  EXPECT_EQ(fault_of(stop_rule{0.5, 1000, 0.001}).code, errc::none);
  for (const stop_rule& bad : {stop_rule{0.0}, stop_rule{1.1}, stop_rule{nan}, stop_rule{{}, 1}, stop_rule{{}, 1001},
                               stop_rule{{}, 3, 0.0}, stop_rule{{}, 3, 1.1}, stop_rule{{}, 3, nan}}) {
    EXPECT_EQ(fault_of(bad).code, errc::config_invalid);
  }
}

TEST(convergence_test, the_best_model_is_the_first_of_the_most_accurate) {
  const auto rounds = rounds_with({0.5, nan, 0.9, std::nullopt, 0.9, 0.7});
  EXPECT_EQ(best_of(rounds), rounds[2]);
}

TEST(convergence_test, without_accuracies_the_best_model_loses_least) {
  const auto rounds = rounds_losing({0.5, 0.2, nan, 0.2, 0.3});
  EXPECT_EQ(best_of(rounds), rounds[1]);
  EXPECT_EQ(best_of(rounds_with({std::nullopt})), std::nullopt);
  EXPECT_EQ(best_of({}), std::nullopt);
}

TEST(convergence_test, a_trend_is_ten_times_the_mean_step_within_one) {
  EXPECT_DOUBLE_EQ(convergence_of(rounds_with({0.5, 0.6, 0.55, 0.65})).accuracy_trend, 0.5);
  EXPECT_DOUBLE_EQ(convergence_of(rounds_with({0.9, 0.1})).accuracy_trend, -1);
  EXPECT_NEAR(convergence_of(rounds_losing({0.9, 0.86, std::nullopt, 0.84})).loss_trend, -0.3, 1e-12);
  EXPECT_EQ(convergence_of(rounds_with({0.5})).accuracy_trend, 0);
  EXPECT_EQ(convergence_of({}), convergence{});
}

TEST(convergence_test, the_rate_is_what_two_steps_gained_of_what_was_left) {
  EXPECT_DOUBLE_EQ(convergence_of(rounds_with({0.1, 0.6, 0.7, 0.8})).convergence_rate, 0.5);
  EXPECT_DOUBLE_EQ(convergence_of(rounds_with({0.6, 0.7, 0.5})).convergence_rate, -0.25);
  EXPECT_EQ(convergence_of(rounds_with({0.6, 0.8})).convergence_rate, 0) << "below three rounds";
  EXPECT_EQ(convergence_of(rounds_with({1.0, 0.8, 0.9})).convergence_rate, 0) << "nothing was left";
}

TEST(convergence_test, stability_is_one_when_five_rounds_are_equal) {
  EXPECT_DOUBLE_EQ(convergence_of(rounds_with({0.1, 0.8, 0.8, 0.8, 0.8, 0.8})).stability, 1);
  EXPECT_DOUBLE_EQ(convergence_of(rounds_with({0.4, 0.6, 0.4, 0.6, 0.5})).stability, 1 - 0.08944271909999159 / 0.5);
  EXPECT_EQ(convergence_of(rounds_with({0.8, 0.8, 0.8, 0.8})).stability, 0) << "below five rounds";
  EXPECT_EQ(convergence_of(rounds_with({0, 0, 0, 0, 1})).stability, 0) << "not below 0";
  EXPECT_EQ(convergence_of(rounds_with({0, 0, 0, 0, 0})).stability, 0);
}

TEST(convergence_test, models_are_compared_by_four_fields) {
  const model_facts first{{3, 0.5, 1.5}, 1000};
  const model_facts second{{7, 0.75, 1.0}, 900};
  EXPECT_EQ(compare(first, second), (model_comparison{0.25, 0.5, -100, 4}));
  EXPECT_EQ(compare(second, first), (model_comparison{-0.25, -0.5, 100, -4}));
  EXPECT_EQ(compare(first, {{4, std::nullopt, nan}, 1000}), (model_comparison{std::nullopt, std::nullopt, 0, 1}));
}

} // namespace
} // namespace fedloom::aggregation
