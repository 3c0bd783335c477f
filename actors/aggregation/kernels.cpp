#include "actors/aggregation/kernels.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

namespace fedloom::aggregation {

namespace {

static_assert(std::endian::native == std::endian::little);

/// IEEE 754 binary16, which the language does not have yet.
struct half {
  std::uint16_t bits = 0;
};

constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;

template <class T>
constexpr double largest_finite = static_cast<double>(std::numeric_limits<T>::max());
template <>
constexpr double largest_finite<half> = 65504;

namespace baseline {
#define FEDLOOM_TARGET
#include "actors/aggregation/kernel_bodies.inc"
#undef FEDLOOM_TARGET
} // namespace baseline

// Chosen by hand instead of by target_clones: the tests must be able to run every variant, and ifunc resolvers run
// before a sanitizer's start.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define FEDLOOM_X86_VARIANTS 1

namespace v3 {
#define FEDLOOM_TARGET __attribute__((target("arch=x86-64-v3")))
#include "actors/aggregation/kernel_bodies.inc"
#undef FEDLOOM_TARGET
} // namespace v3

namespace v4 {
#define FEDLOOM_TARGET __attribute__((target("arch=x86-64-v4")))
#include "actors/aggregation/kernel_bodies.inc"
#undef FEDLOOM_TARGET
} // namespace v4

#endif

constexpr kernel_set sets[] = {
    {"baseline", baseline::by_type, baseline::merge_sums},
#ifdef FEDLOOM_X86_VARIANTS
    {"x86-64-v3", v3::by_type, v3::merge_sums},
    {"x86-64-v4", v4::by_type, v4::merge_sums},
#endif
};

std::size_t count_usable() {
#ifdef FEDLOOM_X86_VARIANTS
  __builtin_cpu_init();
  const bool can_v3 = __builtin_cpu_supports("x86-64-v3");
  return can_v3 && __builtin_cpu_supports("x86-64-v4") ? 3U : can_v3 ? 2U : 1U;
#else
  return 1;
#endif
}

} // namespace

std::span<const kernel_set> usable_kernels() {
  static const std::size_t count = count_usable();
  return std::span(sets).first(count);
}

const kernel_set& best_kernels() {
  static const kernel_set& best = usable_kernels().back();
  return best;
}

} // namespace fedloom::aggregation
