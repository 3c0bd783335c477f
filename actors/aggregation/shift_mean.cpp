// Updates that were trained from other models than the round's.
#include "actors/aggregation/federated_average.hpp"

#include <string>

namespace fedloom::aggregation {

using domain::errc;

domain::error accumulator::fault_of_share(domain::byte_span model, const model_share& share) const {
  if (fault_.code != errc::none) {
    return fault_;
  }
  const auto read = model::read_stream(model);
  if (!read) {
    return read.error();
  }
  if (auto reason = model::difference(what_, read->what); reason.code != errc::none) {
    return reason;
  }
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const auto& at = places_[i];
    const auto sums = std::span(sum_).subspan(at.first_element, at.elements);
    const auto magnitude = model::is_float(at.range.type) ? 0 : largest_magnitude(std::as_bytes(sums));
    auto reason = aggregation::fault_of_share(at.range, model.subspan(at.stream_offset, at.bytes), share, magnitude);
    if (reason.code != errc::none) {
      reason.text = "tensor " + std::to_string(i) + " \"" + what_.tensors[i].name + "\" of a parent " + reason.text;
      return reason;
    }
  }
  return {};
}

domain::expected<void> accumulator::shift_mean(domain::byte_span model, const model_share& share) {
  if (auto reason = fault_of_share(model, share); reason.code != errc::none) {
    return tl::unexpected(std::move(reason));
  }
  shift_.resize(sum_.size());
  for (const auto& at : places_) {
    add_share(at.range, model.subspan(at.stream_offset, at.bytes), share,
              std::span(sum_).subspan(at.first_element, at.elements),
              std::span(shift_).subspan(at.first_element, at.elements));
  }
  return {};
}

} // namespace fedloom::aggregation
