#include "actors/controller/session_course.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace fedloom::controller {
namespace {

/// A round that one client judged, or several: {value, examples}.
domain::round_record round_of(std::uint32_t number, const std::vector<std::pair<double, std::uint64_t>>& values,
                              const std::string& metric = "accuracy") {
  domain::round_record round;
  round.key.round = number;
  for (const auto& [value, examples] : values) {
    domain::contribution one;
    one.example_count = examples;
    one.metrics = {{"other", 7}, {metric, value}};
    round.validations.push_back(one);
  }
  return round;
}

TEST(session_course_test, a_round_is_judged_by_the_mean_weighted_by_examples) {
  EXPECT_DOUBLE_EQ(judged(round_of(1, {{0.5, 1}, {0.9, 3}}), "accuracy").value(), 0.8);
  EXPECT_DOUBLE_EQ(judged(round_of(1, {{0.5, 0}, {0.9, 1}}), "accuracy").value(), 0.7) << "unknown counts as one";
  EXPECT_EQ(judged(round_of(1, {{0.5, 1}}), "f1"), std::nullopt);
  EXPECT_EQ(judged(round_of(1, {}), "accuracy"), std::nullopt);
  EXPECT_EQ(judged(round_of(1, {{std::numeric_limits<double>::quiet_NaN(), 1}}), "accuracy"), std::nullopt);
}

TEST(session_course_test, higher_is_better_but_for_losses_and_errors) {
  const domain::best_model best{{}, 1, 0.5};
  EXPECT_TRUE(improves({}, -3, "accuracy"));
  EXPECT_TRUE(improves(best, 0.6, "accuracy"));
  EXPECT_FALSE(improves(best, 0.5, "accuracy")) << "of equals the first";
  EXPECT_TRUE(improves(best, 0.4, "val_Loss"));
  EXPECT_TRUE(improves(best, 0.4, "mean_squared_error"));
}

TEST(session_course_test, a_target_is_reached_once) {
  session_course course;
  domain::early_stop rule;
  rule.target = 0.9;
  course.note(rule, round_of(1, {{0.89, 1}}));
  EXPECT_EQ(course.reason_to_stop(rule), "");
  course.note(rule, round_of(2, {{0.91, 1}}));
  EXPECT_EQ(course.reason_to_stop(rule), "accuracy is 0.91 in round 2: its target 0.9 is reached");
}

TEST(session_course_test, a_loss_reaches_its_target_from_above) {
  session_course course;
  domain::early_stop rule;
  rule.metric = "loss";
  rule.target = 0.1;
  course.note(rule, round_of(1, {{0.2, 1}}, "loss"));
  EXPECT_EQ(course.reason_to_stop(rule), "");
  course.note(rule, round_of(2, {{0.1, 1}}, "loss"));
  EXPECT_EQ(course.reason_to_stop(rule), "loss is 0.1 in round 2: its target 0.1 is reached");
}

TEST(session_course_test, it_has_converged_when_the_last_values_lie_close_together) {
  session_course course;
  domain::early_stop rule;
  rule.window = 3;
  rule.threshold = 0.05;
  for (const double value : {0.1, 0.5, 0.53}) {
    course.note(rule, round_of(1, {{value, 1}}));
    EXPECT_EQ(course.reason_to_stop(rule), "");
  }
  course.note(rule, round_of(4, {})); // nobody judged it: it does not count
  EXPECT_EQ(course.reason_to_stop(rule), "");
  course.note(rule, round_of(5, {{0.52, 1}}));
  EXPECT_EQ(course.reason_to_stop(rule), "accuracy has converged: its last 3 values differ by less than 0.05");
}

TEST(session_course_test, without_target_and_window_it_goes_on) {
  session_course course;
  for (std::uint32_t round = 1; round < 10; ++round) {
    course.note({}, round_of(round, {{1, 1}}));
  }
  EXPECT_EQ(course.reason_to_stop({}), "");
}

} // namespace
} // namespace fedloom::controller
