#pragma once
#include "actors/client/runtime/trainer.hpp"

#include <functional>

namespace fedloom::client {

/// What a linked training function reports beside the weights, which it changes in place.
struct local_training {
  std::uint64_t example_count = 0; ///< >= 1
  std::vector<domain::metric> metrics;
};

/// Trains and validates by functions that are linked into the client: for C++ data owners and for load tests. The
/// functions run on the worker thread, one at a time, and should look at the stop token. An exception becomes
/// `entry_point_failed`; an example_count of 0 or a changed head `bad_output`; a null function `entry_point_missing`.
class callback_trainer final : public trainer {
public:
  /// `stream` is the function's own copy of the model stream; it may change the data section, not head or length.
  using train_function = std::function<domain::expected<local_training>(
      std::vector<std::byte>& stream, const task_context& context, std::stop_token stop)>;
  using validate_function = std::function<domain::expected<validation_result>(
      const domain::shared_bytes& model, const task_context& context, std::stop_token stop)>;

  explicit callback_trainer(train_function train, validate_function validate = {})
      : train_(std::move(train)), validate_(std::move(validate)) {}

  domain::expected<training_result> train(const domain::shared_bytes& model, const task_context& context,
                                          std::stop_token stop) override;
  domain::expected<validation_result> validate(const domain::shared_bytes& model, const task_context& context,
                                               std::stop_token stop) override;

private:
  train_function train_;
  validate_function validate_;
};

} // namespace fedloom::client
