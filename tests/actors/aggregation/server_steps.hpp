#pragma once
#include "tests/actors/aggregation/model_builder.hpp"

#include <gtest/gtest.h>

/// Steps of server optimisers for the tests of this folder.
namespace fedloom::aggregation {

struct step_result {
  std::vector<std::byte> model;
  std::vector<std::byte> state;
  domain::error reason;
  bool operator==(const step_result&) const = default;
};

/// One step into streams full of what was there before.
inline step_result step(const accumulator& sum, const server_optimizer& how, domain::byte_span global,
                        domain::byte_span state = {}, std::uint64_t divisor = 0) {
  step_result result;
  result.model.assign(sum.stream_bytes(), std::byte{0xa5});
  result.state.assign(sum.state_bytes(how), std::byte{0xa5});
  const auto done =
      sum.step(how, {global, state, divisor}, {result.model, result.state, [](std::size_t, std::size_t) {}});
  if (!done) {
    result.reason = done.error();
  }
  return result;
}

/// A sum for the round that starts from this model.
inline accumulator sum_for(domain::byte_span global, std::uint64_t total_weight) {
  const auto view = model::read_stream(global);
  return {domain::shared_bytes::copy_of(global.first(view->head_bytes)),
          *scale_for(view->what, view->data, total_weight), total_weight};
}

} // namespace fedloom::aggregation
