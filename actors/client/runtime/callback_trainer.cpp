#include "actors/client/runtime/callback_trainer.hpp"

#include "actors/model/stream.hpp"

#include <algorithm>
#include <exception>

namespace fedloom::client {
namespace {

using domain::errc;
using domain::failure;

/// The one place where a data owner's exception becomes a value.
template <class Result, class Function>
domain::expected<Result> guarded(Function&& call) {
  try {
    return call();
  } catch (const std::exception& problem) {
    return failure(errc::entry_point_failed, problem.what());
  }
}

bool same_head(domain::byte_span model, domain::byte_span update) {
  const auto head = model::read_stream(model, /*whole=*/false);
  return head && update.size() == model.size() &&
         std::ranges::equal(model.first(head->head_bytes), update.first(head->head_bytes));
}

} // namespace

domain::expected<training_result> callback_trainer::train(const domain::shared_bytes& model,
                                                          const task_context& context, std::stop_token stop) {
  if (!train_)
    return failure(errc::entry_point_missing, "this client has no function for training");
  if (stop.stop_requested())
    return failure(errc::cancelled, "the training was ended on request");
  std::vector<std::byte> stream(model.span().begin(), model.span().end());
  auto report = guarded<local_training>([&] { return train_(stream, context, stop); });
  if (!report)
    return tl::unexpected(report.error());
  if (report->example_count < 1)
    return failure(errc::bad_output, "the training function reported no examples");
  if (!same_head(model.span(), stream))
    return failure(errc::bad_output, "the training function changed the stream's head or length");
  return training_result{domain::shared_bytes::adopt(std::move(stream)), report->example_count,
                         std::move(report->metrics)};
}

domain::expected<validation_result> callback_trainer::validate(const domain::shared_bytes& model,
                                                               const task_context& context, std::stop_token stop) {
  if (!validate_)
    return failure(errc::entry_point_missing, "this client has no function for validation");
  if (stop.stop_requested())
    return failure(errc::cancelled, "the validation was ended on request");
  return guarded<validation_result>([&] { return validate_(model, context, stop); });
}

} // namespace fedloom::client
