#include "actors/aggregation/federated_average.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <string>

namespace fedloom::aggregation {

namespace {

using domain::errc;

constexpr std::uint64_t slice_bytes = std::uint64_t{1} << 20;
constexpr std::uint64_t slice_elements = slice_bytes / sizeof(double);

std::uint64_t length_of(const pieces& parts) {
  std::uint64_t bytes = 0;
  for (const auto& part : parts) {
    bytes += part.size();
  }
  return bytes;
}

/// The first `count` bytes in one place.
std::vector<std::byte> first_bytes(const pieces& parts, std::uint64_t count) {
  std::vector<std::byte> bytes;
  for (const auto& part : parts) {
    const auto taken =
        part.span().first(static_cast<std::size_t>(std::min<std::uint64_t>(part.size(), count - bytes.size())));
    bytes.insert(bytes.end(), taken.begin(), taken.end());
  }
  return bytes;
}

/// Compares the beginning of `parts` with `head`, in place.
bool begins_with(const pieces& parts, domain::byte_span head) {
  for (const auto& part : parts) {
    const auto count = std::min(part.size(), head.size());
    if (!std::ranges::equal(part.span().first(count), head.first(count))) {
      return false;
    }
    head = head.subspan(count);
  }
  return head.empty();
}

/// Every piece but the last must end where an element can end.
bool cut_between_elements(const pieces& parts, std::size_t multiple) {
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    if (parts[i].size() % multiple != 0) {
      return false;
    }
  }
  return true;
}

} // namespace

accumulator::accumulator(domain::shared_bytes head, domain::scale_table scales, std::uint64_t total_weight)
    : head_(std::move(head)), scales_(std::move(scales)), total_weight_(total_weight) {
  auto view = model::read_stream(head_.span(), false);
  if (!view) {
    fault_ = std::move(view.error());
    return;
  }
  head_ = head_.slice(0, view->head_bytes); // whoever hands in a whole stream means its head
  what_ = std::move(view->what);
  fault_ = fault_of(scales_, what_, total_weight_);
  if (fault_.code != errc::none) {
    return;
  }
  const auto offsets = what_.offsets();
  std::uint64_t element = 0;
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    const auto& tensor = what_.tensors[i];
    places_.push_back({{tensor.type, scales_.exponents[i], scales_.precision},
                       head_.size() + offsets[i],
                       tensor.bytes(),
                       element,
                       tensor.elements()});
    element += tensor.elements();
  }
  stream_bytes_ = head_.size() + what_.data_bytes();
  sum_.assign(element, 0);
}

/// Calls visit(tensor, elements, first element in the sum) for each run of one tensor's elements within one piece, in
/// order, until it answers false.
template <class Visit>
void accumulator::for_each_range(const pieces& update, Visit visit) const {
  std::uint64_t begin = 0; // of the piece, in the stream
  std::size_t first = 0;   // tensor that may reach into the piece
  for (const auto& piece : update) {
    const auto end = begin + piece.size();
    for (std::size_t i = first; i < places_.size() && places_[i].stream_offset < end; ++i) {
      const auto& tensor = places_[i];
      const auto from = std::max(begin, tensor.stream_offset);
      const auto to = std::min(end, tensor.stream_offset + tensor.bytes);
      if (from < to) {
        const auto element = tensor.first_element + (from - tensor.stream_offset) / model::size_of(tensor.range.type);
        if (!visit(i, piece.span().subspan(from - begin, to - from), element)) {
          return;
        }
      }
      first = i; // it may go on in the next piece
    }
    begin = end;
  }
}

domain::error accumulator::difference_of_head(const pieces& update) const {
  if (begins_with(update, head_.span())) {
    return {};
  }
  // Not the global model's head: read it, within bounds, only to say why.
  constexpr std::uint64_t room = std::uint64_t{1} << 20;
  const auto start = first_bytes(update, head_.size() + room);
  const auto other = model::read_stream(start, false);
  if (!other) {
    return other.error();
  }
  auto reason = model::difference(what_, other->what);
  return reason.code != errc::none ? reason : domain::error{errc::malformed, "the update's head cannot be read"};
}

accumulator::verdict accumulator::check(const pieces& update) const {
  if (fault_.code != errc::none) {
    return {fault_, 0};
  }
  if (auto reason = difference_of_head(update); reason.code != errc::none) {
    return {std::move(reason), 0};
  }
  if (const auto bytes = length_of(update); bytes != stream_bytes_) {
    return {{errc::malformed, "the update has " + std::to_string(bytes) + " bytes, the global model has " +
                                  std::to_string(stream_bytes_)},
            0};
  }
  if (!cut_between_elements(update, model::tensor_alignment)) {
    return {{errc::malformed, "the update's pieces are not cut at multiples of 64 bytes"}, 0};
  }
  verdict result;
  for_each_range(update, [&](std::size_t i, domain::byte_span elements, std::uint64_t) {
    const auto found = aggregation::check(places_[i].range, elements, total_weight_);
    const auto where = [&] { return "tensor " + std::to_string(i) + " \"" + what_.tensors[i].name + "\" "; };
    if (!found.finite) {
      result = {{errc::not_finite, where() + "has NaN or infinity"}, 0};
      return false;
    }
    if (!found.in_range) {
      if (result.reason.code == errc::none) {
        result.reason = {errc::out_of_range, where() + "has values too large for the round's scale"};
        result.needed_exponent = found.needed_exponent;
      }
      result.needed_exponent = std::max(result.needed_exponent, found.needed_exponent);
    }
    return true;
  });
  return result;
}

bool accumulator::admits(std::uint64_t weight) const noexcept {
  return fault_.code == errc::none && weight >= 1 && weight <= total_weight_ - weight_;
}

void accumulator::add(const pieces& update, std::uint64_t weight) {
  assert(admits(weight)); // else the sum could wrap
  assert(length_of(update) == stream_bytes_);
  for_each_range(update, [&](std::size_t i, domain::byte_span elements, std::uint64_t element) {
    fold(places_[i].range, elements, weight, std::span(sum_).subspan(element));
    return true;
  });
  weight_ += weight;
}

template <class Visit>
void accumulator::for_each_sum(const pieces& sum, Visit visit) {
  std::uint64_t element = 0;
  for (const auto& piece : sum) {
    visit(element, piece.span());
    element += piece.size() / sizeof(std::int64_t);
  }
}

domain::error accumulator::fault_of_sum(const pieces& sum, std::uint64_t weight) const {
  if (!cut_between_elements(sum, sizeof(std::int64_t)) || length_of(sum) != sum_.size() * sizeof(std::int64_t)) {
    return {errc::malformed, "the partial sum has " + std::to_string(length_of(sum)) + " bytes, " +
                                 std::to_string(sum_.size() * sizeof(std::int64_t)) + " are needed"};
  }
  if (!admits(weight)) {
    return {errc::bad_weight, "a partial sum of weight " + std::to_string(weight) +
                                  " exceeds the round's total weight of " + std::to_string(total_weight_)};
  }
  domain::error reason;
  std::size_t tensor = 0;
  for_each_sum(sum, [&](std::uint64_t element, domain::byte_span bytes) {
    while (!bytes.empty()) {
      const auto& at = places_[tensor];
      const auto left = (at.first_element + at.elements - element) * sizeof(std::int64_t);
      if (left == 0) {
        ++tensor;
        continue;
      }
      const auto part = bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), left)));
      // largest_q * weight <= largest_q * total_weight <= 2^62.
      if (largest_magnitude(part) > largest_q(at.range, total_weight_) * weight) {
        reason = {errc::out_of_range,
                  "tensor " + std::to_string(tensor) + " of the partial sum is larger than its weight allows"};
      }
      element += part.size() / sizeof(std::int64_t);
      bytes = bytes.subspan(part.size());
    }
  });
  return reason;
}

domain::expected<void> accumulator::add_sum(const pieces& sum, std::uint64_t weight) {
  auto reason = fault_.code != errc::none ? fault_ : fault_of_sum(sum, weight);
  if (reason.code != errc::none) {
    return tl::unexpected(std::move(reason));
  }
  for_each_sum(sum,
               [&](std::uint64_t element, domain::byte_span bytes) { merge(bytes, std::span(sum_).subspan(element)); });
  weight_ += weight;
  return {};
}

std::vector<std::byte> accumulator::average(domain::byte_span global, double rate, std::uint64_t divisor) const {
  std::vector<std::byte> stream(stream_bytes_);
  average(global, rate, divisor, stream, [](std::size_t) {});
  return stream;
}

void accumulator::average(domain::byte_span global, double rate, std::uint64_t divisor, std::span<std::byte> out,
                          const std::function<void(std::size_t)>& made) const {
  assert(weight_ >= 1 && rate > 0 && rate <= 1 && (divisor == 0 || divisor >= weight_));
  assert(global.size() == stream_bytes_ && std::ranges::equal(global.first(head_.size()), head_.span()));
  assert(out.size() == stream_bytes_);
  std::ranges::copy(head_.span(), out.begin());
  const auto weight = divisor == 0 ? weight_ : divisor;
  const std::span<const double> shift(shift_);
  std::size_t told = 0;
  std::size_t end = head_.size(); // of what is final
  for (const auto& tensor : places_) {
    std::ranges::fill(out.subspan(end, tensor.stream_offset - end), std::byte{0}); // padding
    const auto size = model::size_of(tensor.range.type);
    for (std::uint64_t at = 0; at < tensor.elements; at += slice_elements) {
      const auto count = std::min<std::uint64_t>(slice_elements, tensor.elements - at);
      const auto first = tensor.first_element + at;
      const auto offset = tensor.stream_offset + at * size;
      mean(tensor.range, std::span(sum_).subspan(first, count), weight, global.subspan(offset, count * size), rate,
           out.subspan(offset, count * size), shift.empty() ? shift : shift.subspan(first, count));
      end = offset + count * size;
      if (end - told >= slice_bytes) {
        made(told = end);
      }
    }
    end = tensor.stream_offset + tensor.bytes;
  }
  std::ranges::fill(out.subspan(end), std::byte{0});
  made(stream_bytes_);
}

} // namespace fedloom::aggregation
