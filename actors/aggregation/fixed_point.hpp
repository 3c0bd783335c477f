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
/// q = x (booleans: 0 or 1). Compiled with -ffp-contract=off; the variants for each kind of processor (kernels.hpp)
/// give the same bytes. Pure functions, any thread.
///
/// Why nothing wraps: `check` admits |q| <= largest_q, weights of one sum add up to at most W, and largest_q * W <=
/// 2^62, for floats because p + 6 + ceil(log2 W) <= 62.
namespace fedloom::aggregation {

/// Bounds of a scale: e of a float tensor and p. min_exponent also is the e of the smallest tensor that is not "all but
/// zero"; 1024 covers every finite float64.
inline constexpr std::int32_t min_exponent = -100;
inline constexpr std::int32_t max_exponent = 1024;
inline constexpr std::int32_t min_precision = 6;
inline constexpr std::int32_t max_precision = 30;

/// The largest total weight that a scale of this precision admits: 2^(56 - p). A holder of a scale table who was not
/// told the round's total weight may use this in its place; 0 for a precision out of bounds.
std::uint64_t weight_bound(std::int32_t precision);

/// The scale for a round: e = ceil(log2 max|global|) per float tensor (0 where it is all but zero: max < 2^-100),
/// p = min(30, 56 - ceil(log2 total_weight)). `out_of_range` when total_weight > 2^50 or is 0, `not_finite` when the
/// global model has NaN or infinity, `malformed` when `data` is shorter than the manifest says.
domain::expected<domain::scale_table> scale_for(const model::manifest& what, domain::byte_span data,
                                                std::uint64_t total_weight);

/// Why a scale table cannot be used for this manifest and total weight, or none. For tables that came over the wire.
domain::error fault_of(const domain::scale_table& scales, const model::manifest& what, std::uint64_t total_weight);

/// min(30, 56 - ceil(log2 total_weight)); total_weight in 1 .. 2^50, larger ones count as 2^50.
std::int32_t precision_for(std::uint64_t total_weight);

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

/// Looks at elements without touching any sum. `elements` is little-endian data of range.type at any address, its
/// length a multiple of the element's size. A float is in range when |x| <= 2^(e + 6), an integer when |q| *
/// total_weight < 2^62, a boolean always. needed_exponent stays 0 for integers: no exponent would help.
check_result check(const fold_range& range, domain::byte_span elements, std::uint64_t total_weight);

/// The largest |q| that passes `check` with this total weight (>= 1). largest_q * total_weight <= 2^62, which is why
/// sums of checked elements never wrap.
std::uint64_t largest_q(const fold_range& range, std::uint64_t total_weight);

/// sum[i] += weight * q(elements[i]). Elements must have passed `check` with a total weight of at least all weights
/// folded into this sum, else the sum may wrap.
void fold(const fold_range& range, domain::byte_span elements, std::uint64_t weight, std::span<std::int64_t> sum);

/// How much of a model goes into a mean beside the sum: `part / of` times it, |part| <= of. See
/// accumulator::shift_mean.
struct model_share {
  std::int64_t part = 0;
  std::uint64_t of = 1;
};

/// Why this share of a tensor must not be added to a sum (integers) or mean (floats), or none: `not_finite`,
/// `out_of_range` when the sum could leave 62 bits (integers) or the mean a double's range. `sum_magnitude` is the
/// largest_magnitude of the sum's elements; floats do not look at it.
domain::error fault_of_share(const fold_range& range, domain::byte_span elements, const model_share& share,
                             std::uint64_t sum_magnitude);
/// Adds the share: for integer types sum[i] += part * elements[i], for float types shift[i] += part / of * elements[i],
/// which has the same bytes on each processor and depends on the order of calls in its last bits only by those.
void add_share(const fold_range& range, domain::byte_span elements, const model_share& share,
               std::span<std::int64_t> sum, std::span<double> shift);

/// The largest |sum[i]|; `sum` is little-endian int64 at any address.
std::uint64_t largest_magnitude(domain::byte_span sum);

/// sum[i] += other[i]; `other` is little-endian int64 at any address.
void merge(domain::byte_span other, std::span<std::int64_t> sum);
void merge(std::span<const std::int64_t> other, std::span<std::int64_t> sum);

/// What q of a float tensor stands for: x = q * unscale_of, a power of two.
double unscale_of(const fold_range& range);

/// out[i] = the mean sum[i] / total_weight, converted back to range.type; float types within 1 ulp of float32 or
/// 2^(e - p), whichever is larger, integer types rounded half-even. Always finite: where rounding would leave the
/// type's range, its largest value is taken, which is nearer to the exact mean. total_weight >= 1. With rate != 1: (1 -
/// rate) * old + rate * mean, in double, for float types. A `shift` that is not empty is added to each mean of a float
/// type.
void mean(const fold_range& range, std::span<const std::int64_t> sum, std::uint64_t total_weight, domain::byte_span old,
          double rate, std::span<std::byte> out, std::span<const double> shift = {});

} // namespace fedloom::aggregation
