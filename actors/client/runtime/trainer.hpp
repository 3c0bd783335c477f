#pragma once
#include "messages/domain/bytes.hpp"
#include "messages/domain/expected.hpp"
#include "messages/domain/round.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace fedloom::client {

/// What the trainer is told beside the model.
struct task_context {
  domain::round_key round;
  domain::milliseconds time_limit{0}; ///< the task must end within it; > 0
  std::string settings{};             ///< the session's settings for clients, a JSON object; empty: none
  domain::package_ref package{};      ///< what the session runs; none: it does not say
};

struct training_result {
  domain::shared_bytes stream;     ///< the update as a model stream with the same head as the model's
  std::uint64_t example_count = 0; ///< >= 1
  std::vector<domain::metric> metrics;
};

struct validation_result {
  std::uint64_t example_count = 0; ///< 0: unknown
  std::vector<domain::metric> metrics;
  std::string report{}; ///< all of it, a JSON object; empty: there is no more than the metrics
};

struct prediction_result {
  std::string report; ///< a JSON object
};

/// What a data owner does with a model: entry points of a compute package, or a linked callback. Called on a worker
/// thread, one call at a time. Must return soon after `stop` is requested, with `cancelled`.
class trainer {
public:
  virtual ~trainer() = default;
  /// Before the first task that names this package, and again whenever tasks may have to wait for it. `archive`:
  /// its bytes, not checked yet; empty: only what is here from earlier may be used, else `not_found`. A trainer with
  /// code of its own runs that, whatever tasks name.
  virtual domain::expected<void> prepare(const domain::package_ref& package, const domain::shared_bytes& archive,
                                         std::stop_token stop);
  virtual domain::expected<training_result> train(const domain::shared_bytes& model, const task_context& context,
                                                  std::stop_token stop) = 0;
  virtual domain::expected<validation_result> validate(const domain::shared_bytes& model, const task_context& context,
                                                       std::stop_token stop) = 0;
  /// `unsupported` where nobody thought of it.
  virtual domain::expected<prediction_result> predict(const domain::shared_bytes& model, const task_context& context,
                                                      std::stop_token stop);
};

} // namespace fedloom::client
