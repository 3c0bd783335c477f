#pragma once
#include "actors/aggregation/fixed_point.hpp"
#include "actors/model/stream.hpp"

#include <vector>

namespace fedloom::aggregation {

/// An update in the pieces in which it arrived: consecutive chunks of one model stream, each but the last chunk_bytes long.
using pieces = std::vector<domain::shared_bytes>;

/// The running sum of one combiner's part: one int64 per element, tensors in manifest order without padding. Owns
/// 8 * elements bytes; not thread-safe.
class accumulator {
public:
  /// `head` is the global model's stream head: an update whose head differs is refused.
  accumulator(domain::shared_bytes head, domain::scale_table scales, std::uint64_t total_weight);

  /// Checks a whole update without touching the sum: malformed, wrong_shape, wrong_dtype, not_finite, out_of_range.
  /// needed_exponent is set for out_of_range. (I-9)
  struct verdict {
    domain::error reason;
    std::int32_t needed_exponent = 0;
  };
  verdict check(const pieces& update) const;
  /// Adds an update that passed `check`. weight >= 1.
  void add(const pieces& update, std::uint64_t weight);
  /// Adds another part's sum, little-endian int64, in consecutive pieces whose lengths are multiples of 8.
  /// `malformed` when the total length differs.
  domain::expected<void> add_sum(const pieces& sum, std::uint64_t weight);

  std::uint64_t weight() const noexcept { return weight_; }
  const std::vector<std::int64_t>& sum() const noexcept { return sum_; }
  std::vector<std::int64_t> take_sum() { return std::move(sum_); }

  /// The new global model's stream: the mean with the server learning rate applied to `global` (a whole stream with the
  /// same head). Requires weight() >= 1.
  std::vector<std::byte> average(domain::byte_span global, double rate) const;

private:
  domain::shared_bytes head_;
  model::manifest what_;
  domain::scale_table scales_;
  std::uint64_t total_weight_;
  std::uint64_t weight_ = 0;
  std::vector<std::int64_t> sum_;
};

} // namespace fedloom::aggregation
