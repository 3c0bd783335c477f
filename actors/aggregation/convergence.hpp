#pragma once
#include "messages/domain/error.hpp"

#include <cstdint>
#include <optional>
#include <span>

/// What the course of a session's rounds says: when it may end early, which of its models is the best, and the figures
/// of a training summary. Pure arithmetic over what clients measured; the means over clients are the caller's.
namespace fedloom::aggregation {

/// A committed round as its model was judged. What nobody measured, or what came out as NaN, does not count.
struct judged_round {
  std::uint32_t round = 0;
  std::optional<double> accuracy; ///< 0 to 1
  std::optional<double> loss;
  bool operator==(const judged_round&) const = default;
};

/// When a session may end before its last round. By default it never does.
struct stop_rule {
  std::optional<double> target_accuracy; ///< (0, 1]: enough when reached once
  std::uint32_t window = 0;              ///< rounds, 2 to 1000; 0: do not look for convergence
  double threshold = 0.01;               ///< (0, 1]: converged when the window's accuracies lie closer together
  bool operator==(const stop_rule&) const = default;
};

/// `config_invalid` for a number out of its range, or none.
domain::error fault_of(const stop_rule& rule);

enum class stop_reason : std::uint8_t { none = 0, target_reached = 1, converged = 2 };
/// Looks at the rounds that have an accuracy, in their order. The target is looked at first.
stop_reason reason_to_stop(const stop_rule& rule, std::span<const judged_round> rounds);

/// The round with the highest accuracy; where none has one, with the lowest loss. Of equals the first: the later rounds
/// gained nothing. None when no round was judged.
std::optional<judged_round> best_of(std::span<const judged_round> rounds);

/// The figures of FLOPY-NET's training summary, over the rounds that have an accuracy (or loss).
struct convergence {
  double accuracy_trend = 0; ///< ten times the mean step from round to round, within -1 to 1; 0 below two rounds
  double loss_trend = 0;     ///< the same of the losses: negative is good
  /// What the last two steps gained of what was left to gain, (a[n] - a[n-2]) / (1 - a[n-2]); 0 below three rounds.
  double convergence_rate = 0;
  /// 1 - standard deviation / mean of the last five accuracies, at least 0: 1 is still. 0 below five rounds.
  double stability = 0;
  bool operator==(const convergence&) const = default;
};
convergence convergence_of(std::span<const judged_round> rounds);

/// What two models are compared by.
struct model_facts {
  judged_round judged;
  std::uint64_t bytes = 0;
};

/// FLOPY-NET's comparison: positive accuracy_diff and loss_diff mean that the second is better. None where one of the
/// models was not judged so.
struct model_comparison {
  std::optional<double> accuracy_diff; ///< second - first
  std::optional<double> loss_diff;     ///< first - second
  std::int64_t size_diff = 0;          ///< second - first, bytes
  std::int64_t round_diff = 0;         ///< second - first
  bool operator==(const model_comparison&) const = default;
};
model_comparison compare(const model_facts& first, const model_facts& second);

} // namespace fedloom::aggregation
