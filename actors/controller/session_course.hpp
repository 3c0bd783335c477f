#pragma once
#include "actors/aggregation/convergence.hpp"
#include "messages/domain/record.hpp"

#include <deque>
#include <optional>
#include <string>

/// What the validations of a session's rounds say of its models: by one metric, early_stop::metric. Higher is better,
/// but for metrics with "loss" or "error" in their names.
namespace fedloom::controller {

/// The mean over the clients that report the metric, weighted by their examples (unknown ones count as one). None:
/// nobody does, or what came out is no number.
std::optional<double> judged(const domain::round_record& validated, const std::string& metric);

/// True: `value` is better than `best`'s.
bool improves(const std::optional<domain::best_model>& best, double value, const std::string& metric);

/// The last values of one run of a session: a session that is continued begins with none.
class session_course {
public:
  /// In the order of the rounds.
  void note(const domain::early_stop& rule, const domain::round_record& validated);
  /// In a sentence; empty: it goes on.
  std::string reason_to_stop(const domain::early_stop& rule) const;

private:
  std::deque<aggregation::judged_round> last_;
};

} // namespace fedloom::controller
