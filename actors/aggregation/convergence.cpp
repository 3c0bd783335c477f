#include "actors/aggregation/convergence.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace fedloom::aggregation {

using domain::errc;

namespace {

constexpr std::size_t stability_rounds = 5;
constexpr std::uint32_t most_window = 1000;

using figure = std::optional<double> judged_round::*;

/// NaN compares with nothing and would win or lose by accident.
std::optional<double> measured(const judged_round& round, figure which) {
  const auto value = round.*which;
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::vector<double> all_of(std::span<const judged_round> rounds, figure which) {
  std::vector<double> values;
  for (const auto& round : rounds) {
    if (const auto value = measured(round, which)) {
      values.push_back(*value);
    }
  }
  return values;
}

/// The mean of the steps between neighbours is the whole way by their number.
double trend_of(const std::vector<double>& values) {
  if (values.size() < 2) {
    return 0;
  }
  const double step = (values.back() - values.front()) / static_cast<double>(values.size() - 1);
  return std::clamp(step * 10, -1.0, 1.0);
}

double rate_of(const std::vector<double>& accuracies) {
  if (accuracies.size() < 3) {
    return 0;
  }
  const double before = accuracies[accuracies.size() - 3];
  return before < 1 ? (accuracies.back() - before) / (1 - before) : 0;
}

double stability_of(const std::vector<double>& accuracies) {
  if (accuracies.size() < stability_rounds) {
    return 0;
  }
  const auto last = std::span(accuracies).last(stability_rounds);
  double mean = 0;
  for (const double one : last) {
    mean += one / stability_rounds;
  }
  double variance = 0;
  for (const double one : last) {
    variance += (one - mean) * (one - mean) / stability_rounds;
  }
  return mean > 0 ? std::max(0.0, 1 - std::sqrt(variance) / mean) : 0;
}

std::optional<double> difference(const std::optional<double>& from, const std::optional<double>& to) {
  return from && to ? std::optional(*to - *from) : std::nullopt;
}

std::int64_t difference(std::uint64_t from, std::uint64_t to) {
  return static_cast<std::int64_t>(to) - static_cast<std::int64_t>(from);
}

} // namespace

domain::error fault_of(const stop_rule& rule) {
  if (rule.target_accuracy && !(*rule.target_accuracy > 0 && *rule.target_accuracy <= 1)) {
    return {errc::config_invalid, "target_accuracy must be above 0 and at most 1"};
  }
  if (rule.window == 1 || rule.window > most_window) {
    return {errc::config_invalid, "the window for convergence is " + std::to_string(rule.window) +
                                      "; it must be 0 (do not look for it) or 2 to 1000 rounds"};
  }
  if (!(rule.threshold > 0 && rule.threshold <= 1)) {
    return {errc::config_invalid, "the threshold for convergence must be above 0 and at most 1"};
  }
  return {};
}

stop_reason reason_to_stop(const stop_rule& rule, std::span<const judged_round> rounds) {
  const auto accuracies = all_of(rounds, &judged_round::accuracy);
  if (rule.target_accuracy && std::ranges::any_of(accuracies, [&](double a) { return a >= *rule.target_accuracy; })) {
    return stop_reason::target_reached;
  }
  if (rule.window < 2 || accuracies.size() < rule.window) {
    return stop_reason::none;
  }
  const auto [least, most] = std::ranges::minmax(std::span(accuracies).last(rule.window));
  return most - least < rule.threshold ? stop_reason::converged : stop_reason::none;
}

std::optional<judged_round> best_of(std::span<const judged_round> rounds) {
  const judged_round* best = nullptr;
  for (const auto& round : rounds) {
    const auto accuracy = measured(round, &judged_round::accuracy);
    if (accuracy && (best == nullptr || *accuracy > *best->accuracy)) {
      best = &round;
    }
  }
  if (best != nullptr) {
    return *best;
  }
  for (const auto& round : rounds) {
    const auto loss = measured(round, &judged_round::loss);
    if (loss && (best == nullptr || *loss < *best->loss)) {
      best = &round;
    }
  }
  return best == nullptr ? std::nullopt : std::optional(*best);
}

convergence convergence_of(std::span<const judged_round> rounds) {
  const auto accuracies = all_of(rounds, &judged_round::accuracy);
  return {trend_of(accuracies), trend_of(all_of(rounds, &judged_round::loss)), rate_of(accuracies),
          stability_of(accuracies)};
}

model_comparison compare(const model_facts& first, const model_facts& second) {
  const auto [a, b] = std::pair(&first.judged, &second.judged);
  return {difference(measured(*a, &judged_round::accuracy), measured(*b, &judged_round::accuracy)),
          difference(measured(*b, &judged_round::loss), measured(*a, &judged_round::loss)),
          difference(first.bytes, second.bytes), difference(a->round, b->round)};
}

} // namespace fedloom::aggregation
