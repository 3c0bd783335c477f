#include "actors/controller/session_course.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

namespace fedloom::controller {

namespace {

/// 1, or -1 for a metric that is the better the lower it is.
double sign_of(const std::string& metric) {
  std::string lower = metric;
  std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return lower.find("loss") != std::string::npos || lower.find("error") != std::string::npos ? -1 : 1;
}

std::string text_of(double value) {
  char text[32];
  const auto end = std::to_chars(std::begin(text), std::end(text), value, std::chars_format::general, 6).ptr;
  return {text, end};
}

} // namespace

std::optional<double> judged(const domain::round_record& validated, const std::string& metric) {
  double sum = 0;
  double weight = 0;
  for (const auto& one : validated.validations) {
    const auto found = std::ranges::find(one.metrics, metric, &domain::metric::name);
    if (found != one.metrics.end()) {
      const auto examples = static_cast<double>(std::max<std::uint64_t>(1, one.example_count));
      sum += examples * found->value;
      weight += examples;
    }
  }
  const double mean = sum / weight;
  return weight > 0 && std::isfinite(mean) ? std::optional{mean} : std::nullopt;
}

bool improves(const std::optional<domain::best_model>& best, double value, const std::string& metric) {
  return !best || sign_of(metric) * value > sign_of(metric) * best->value;
}

void session_course::note(const domain::early_stop& rule, const domain::round_record& validated) {
  if (const auto value = judged(validated, rule.metric)) {
    last_.push_back({validated.key.round, sign_of(rule.metric) * *value, {}});
  }
  while (last_.size() > std::max<std::size_t>(rule.window, 1)) {
    last_.pop_front();
  }
}

std::string session_course::reason_to_stop(const domain::early_stop& rule) const {
  const double sign = sign_of(rule.metric);
  aggregation::stop_rule stop{{}, rule.window, rule.threshold};
  if (rule.target) {
    stop.target_accuracy = sign * *rule.target;
  }
  const std::vector rounds(last_.begin(), last_.end());
  switch (aggregation::reason_to_stop(stop, rounds)) {
  case aggregation::stop_reason::none:
    return {};
  case aggregation::stop_reason::target_reached:
    return rule.metric + " is " + text_of(sign * *rounds.back().accuracy) + " in round " +
           std::to_string(rounds.back().round) + ": its target " + text_of(*rule.target) + " is reached";
  case aggregation::stop_reason::converged:
    return rule.metric + " has converged: its last " + std::to_string(rule.window) + " values differ by less than " +
           text_of(rule.threshold);
  }
  return {};
}

} // namespace fedloom::controller
