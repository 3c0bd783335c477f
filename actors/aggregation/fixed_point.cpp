#include "actors/aggregation/fixed_point.hpp"

#include "actors/aggregation/kernels.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <limits>
#include <string>

namespace fedloom::aggregation {

namespace {

using domain::errc;
using domain::failure;
using model::dtype;

constexpr std::int32_t headroom_bits = 6; ///< updates may be 2^6 times as large as the global model
constexpr std::int32_t sum_bits = 62;     ///< of the 63 that an int64 has
constexpr std::uint64_t sum_limit = std::uint64_t{1} << sum_bits;
constexpr double all_but_zero = 0x1p-100;
constexpr double largest_shared = 0x1p1000; ///< sums of shares stay finite: there are fewer than 2^23 of them

/// ceil(log2 m), exactly; m > 0 and finite.
std::int32_t ceil_log2(double m) {
  int exponent = 0;
  const double fraction = std::frexp(m, &exponent); // m = fraction * 2^exponent, fraction in [0.5, 1)
  return fraction == 0.5 ? exponent - 1 : exponent;
}

std::int32_t ceil_log2(std::uint64_t m) {
  return static_cast<std::int32_t>(std::bit_width(m - 1));
}

double widen_half(std::uint64_t bits) {
  const auto exponent = static_cast<int>(bits >> 10);
  const auto mantissa = static_cast<double>(bits & 0x3ff);
  return exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(mantissa + 1024, exponent - 25);
}

/// The number behind kernel::largest; infinity for infinity and NaN.
double magnitude_of(dtype type, std::uint64_t bits) {
  double value = 0;
  switch (type) {
  case dtype::f16:
    value = bits >= 0x7c00 ? std::numeric_limits<double>::infinity() : widen_half(bits);
    break;
  case dtype::f32:
    value = static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
    break;
  default:
    value = std::bit_cast<double>(bits);
  }
  return std::isnan(value) ? std::numeric_limits<double>::infinity() : value;
}

/// A float tensor's q = x * 2^shift. Exponents out of bounds are refused long before; clamped, not even they can make
/// the scale zero or infinite.
int shift_of(const fold_range& range) {
  return std::clamp(range.precision, min_precision, max_precision) -
         std::clamp(range.exponent, min_exponent, max_exponent);
}

std::size_t count_of(const fold_range& range, domain::byte_span elements) {
  assert(elements.size() % model::size_of(range.type) == 0);
  return elements.size() / model::size_of(range.type);
}

} // namespace

std::uint64_t weight_bound(std::int32_t precision) {
  const bool valid = precision >= min_precision && precision <= max_precision;
  return valid ? std::uint64_t{1} << (sum_bits - headroom_bits - precision) : 0;
}

std::int32_t precision_for(std::uint64_t total_weight) {
  const auto bounded = std::clamp<std::uint64_t>(total_weight, 1, weight_bound(min_precision));
  return std::min(max_precision, sum_bits - headroom_bits - ceil_log2(bounded));
}

domain::expected<domain::scale_table> scale_for(const model::manifest& what, domain::byte_span data,
                                                std::uint64_t total_weight) {
  if (total_weight == 0 || total_weight > weight_bound(min_precision)) {
    return failure(errc::out_of_range,
                   "a round's total weight is between 1 and 2^50, not " + std::to_string(total_weight));
  }
  if (data.size() < what.data_bytes()) {
    return failure(errc::malformed, "the global model is shorter than its manifest says");
  }
  domain::scale_table scales;
  scales.precision = precision_for(total_weight);
  scales.total_weight = total_weight;
  scales.exponents.assign(what.tensors.size(), 0);
  const auto offsets = what.offsets();
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    const auto& tensor = what.tensors[i];
    if (!model::is_float(tensor.type)) {
      continue;
    }
    const auto bits = best_kernels().of(tensor.type).largest(data.data() + offsets[i], tensor.elements());
    const double most = magnitude_of(tensor.type, bits);
    if (std::isinf(most)) {
      return failure(errc::not_finite, "tensor " + std::to_string(i) + " of the global model has NaN or infinity");
    }
    scales.exponents[i] = most < all_but_zero ? 0 : ceil_log2(most);
  }
  return scales;
}

domain::error fault_of(const domain::scale_table& scales, const model::manifest& what, std::uint64_t total_weight) {
  if (scales.exponents.size() != what.tensors.size()) {
    return {errc::malformed, "the scale table has " + std::to_string(scales.exponents.size()) + " exponents for " +
                                 std::to_string(what.tensors.size()) + " tensors"};
  }
  if (total_weight == 0 || total_weight > weight_bound(scales.precision)) {
    return {errc::out_of_range, "a total weight of " + std::to_string(total_weight) +
                                    " does not go with a precision of " + std::to_string(scales.precision)};
  }
  for (std::size_t i = 0; i < scales.exponents.size(); ++i) {
    const auto exponent = scales.exponents[i];
    if (model::is_float(what.tensors[i].type) && (exponent < min_exponent || exponent > max_exponent)) {
      return {errc::out_of_range,
              "the scale table's exponent " + std::to_string(i) + " is " + std::to_string(exponent)};
    }
  }
  return {};
}

check_result check(const fold_range& range, domain::byte_span elements, std::uint64_t total_weight) {
  check_result result;
  const auto largest = best_kernels().of(range.type).largest(elements.data(), count_of(range, elements));
  if (!model::is_float(range.type)) {
    result.in_range = range.type == dtype::boolean || largest <= largest_q(range, total_weight);
    return result;
  }
  const double most = magnitude_of(range.type, largest);
  if (std::isinf(most)) {
    result.finite = false;
  } else if (most > std::ldexp(1.0, range.exponent + headroom_bits)) {
    result.in_range = false;
    result.needed_exponent = ceil_log2(most) - headroom_bits;
  }
  return result;
}

std::uint64_t largest_q(const fold_range& range, std::uint64_t total_weight) {
  assert(total_weight >= 1);
  if (model::is_float(range.type)) {
    return std::uint64_t{1} << (range.precision + headroom_bits);
  }
  return range.type == dtype::boolean ? 1 : (sum_limit - 1) / total_weight;
}

void fold(const fold_range& range, domain::byte_span elements, std::uint64_t weight, std::span<std::int64_t> sum) {
  const auto count = count_of(range, elements);
  assert(count <= sum.size() && weight <= sum_limit);
  best_kernels()
      .of(range.type)
      .fold(elements.data(), count, std::ldexp(1.0, shift_of(range)), static_cast<std::int64_t>(weight), sum.data());
}

domain::error fault_of_share(const fold_range& range, domain::byte_span elements, const model_share& share,
                             std::uint64_t sum_magnitude) {
  const auto largest = best_kernels().of(range.type).largest(elements.data(), count_of(range, elements));
  if (model::is_float(range.type)) {
    const double most = magnitude_of(range.type, largest);
    return std::isinf(most)        ? domain::error{errc::not_finite, "has NaN or infinity"}
           : most > largest_shared ? domain::error{errc::out_of_range, "has values above 2^1000"}
                                   : domain::error{};
  }
  __extension__ using wide = unsigned __int128;
  const auto part = share.part < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(share.part)
                                   : static_cast<std::uint64_t>(share.part);
  if (static_cast<wide>(part) * largest + sum_magnitude > sum_limit) {
    return {errc::out_of_range, "has integers too large for the round's weights"};
  }
  return {};
}

void add_share(const fold_range& range, domain::byte_span elements, const model_share& share,
               std::span<std::int64_t> sum, std::span<double> shift) {
  const auto count = count_of(range, elements);
  const auto& kernels = best_kernels().of(range.type);
  if (model::is_float(range.type)) {
    assert(count <= shift.size());
    kernels.add_multiple(elements.data(), count, static_cast<double>(share.part) / static_cast<double>(share.of),
                         shift.data());
  } else {
    assert(count <= sum.size());
    kernels.fold(elements.data(), count, 1.0, share.part, sum.data());
  }
}

std::uint64_t largest_magnitude(domain::byte_span sum) {
  return best_kernels().of(dtype::i64).largest(sum.data(), sum.size() / sizeof(std::int64_t));
}

void merge(domain::byte_span other, std::span<std::int64_t> sum) {
  const auto count = other.size() / sizeof(std::int64_t);
  assert(count <= sum.size());
  best_kernels().merge(other.data(), count, sum.data());
}

void merge(std::span<const std::int64_t> other, std::span<std::int64_t> sum) {
  merge(std::as_bytes(other), sum);
}

double unscale_of(const fold_range& range) {
  return std::ldexp(1.0, -shift_of(range));
}

void mean(const fold_range& range, std::span<const std::int64_t> sum, std::uint64_t total_weight, domain::byte_span old,
          double rate, std::span<std::byte> out, std::span<const double> shift) {
  assert(total_weight >= 1 && out.size() == sum.size() * model::size_of(range.type));
  assert(rate == 1.0 || old.size() == out.size());
  assert(shift.empty() || shift.size() == sum.size());
  best_kernels()
      .of(range.type)
      .mean(sum.data(), sum.size(), {unscale_of(range), total_weight, rate, shift.data()}, old.data(), out.data());
}

} // namespace fedloom::aggregation
