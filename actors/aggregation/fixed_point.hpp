#pragma once
#include "actors/model/manifest.hpp"
#include "messages/domain/bytes.hpp"
#include "messages/domain/expected.hpp"
#include "messages/domain/round.hpp"

#include <cstdint>
#include <span>

/// Exact weighted sums (I-11). Each float x of a tensor with exponent e becomes the integer
///
///     q = round-half-even(x * 2^(p - e)),   |q| <= 2^(p + 6) and |q| < 2^51
///
/// and sum += w * q in 64-bit integers, so that the sum depends neither on order nor on grouping. Integer tensors use
/// q = x. Compiled with -ffp-contract=off; every target_clones variant gives the same bytes.
namespace fedloom::aggregation {

/// The scale for a round: e = ceil(log2 max|global|) per float tensor (0 where it is all but zero: max < 2^-100),
/// p = min(30, 56 - ceil(log2 total_weight)). `out_of_range` when total_weight > 2^50 or is 0.
domain::expected<domain::scale_table> scale_for(const model::manifest& what, domain::byte_span data,
                                                std::uint64_t total_weight);

/// A range of elements of one tensor: where they lie in an update and in the sum.
struct fold_range {
  model::dtype type = model::dtype::f32;
  std::int32_t exponent = 0;
  std::int32_t precision = 30;
};

/// What a check found.
struct check_result {
  bool finite = true;
  bool in_range = true;
  std::int32_t needed_exponent = 0; ///< least e that would do, when not in range
};

/// Looks at elements without touching any sum. `elements` is little-endian data of range.type, its address aligned to the
/// element size, its length a multiple of it. `max_weight` bounds integer tensors: |q| * max_weight must stay < 2^62.
check_result check(const fold_range& range, domain::byte_span elements, std::uint64_t total_weight);

/// sum[i] += weight * q(elements[i]). Elements must have passed `check` with a total weight of at least all weights
/// folded into this sum, else the sum may wrap.
void fold(const fold_range& range, domain::byte_span elements, std::uint64_t weight, std::span<std::int64_t> sum);

/// sum[i] += other[i].
void merge(std::span<const std::int64_t> other, std::span<std::int64_t> sum);

/// out[i] = the mean sum[i] / total_weight, converted back to range.type; float types within 1 ulp of float32 or
/// 2^(e - p), integer types rounded half-even. With rate != 1: (1 - rate) * old + rate * mean, in double, for float types.
void mean(const fold_range& range, std::span<const std::int64_t> sum, std::uint64_t total_weight, domain::byte_span old,
          double rate, std::span<std::byte> out);

} // namespace fedloom::aggregation
