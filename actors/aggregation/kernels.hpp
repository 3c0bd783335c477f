#pragma once
#include "actors/model/manifest.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

/// Internal to this folder and its tests: the inner loops, compiled once for each kind of processor. All variants give
/// the same bytes, because they do the same exact or correctly rounded operations on each element.
namespace fedloom::aggregation {

/// How sums become means.
struct mean_scale {
  double unscale = 1;             ///< 2^(e - p)
  std::uint64_t total_weight = 1; ///< at most 2^50 for float types, so exact as a double
  double rate = 1;                ///< server learning rate
  const double* shift = nullptr;  ///< float types: added to each mean; null: nothing
};

/// A server optimiser's step, see server_optimizer.hpp.
enum class step_rule : std::uint8_t { momentum, adam, yogi, adagrad };
struct step_constants {
  step_rule rule = step_rule::momentum;
  double rate = 1;
  double beta1 = 0;
  double beta2 = 0;
  double tau = 0;
};

/// Where a step's elements lie: what is written overlaps nothing else. A state's elements are float64 for float64, else
/// float32; momentum has no v.
struct step_elements {
  const std::int64_t* sum = nullptr;
  const std::byte* old = nullptr;
  const std::byte* m = nullptr;
  const std::byte* v = nullptr;
  std::byte* next = nullptr;
  std::byte* next_m = nullptr;
  std::byte* next_v = nullptr;
};

/// The loops over elements of one type. Pointers to elements may have any address.
struct kernel {
  /// The largest |element|: as its bit pattern without the sign for floats (NaN and infinity above all numbers), as a
  /// number for integers.
  std::uint64_t (*largest)(const std::byte* elements, std::size_t count);
  /// sum[i] += weight * q(elements[i]).
  void (*fold)(const std::byte* elements, std::size_t count, double scale, std::int64_t weight, std::int64_t* sum);
  /// to[i] += factor * elements[i]; float types only, null for the others.
  void (*add_multiple)(const std::byte* elements, std::size_t count, double factor, double* to);
  /// out[i] = mean; `old` may be null when rate is 1.
  void (*mean)(const std::int64_t* sum, std::size_t count, const mean_scale& by, const std::byte* old, std::byte* out);
  /// Computed in double, rounded once to each type; by.rate is not looked at. False when a result is NaN or leaves its
  /// type's range. Float types only.
  bool (*step)(const step_elements& at, std::size_t count, const mean_scale& by, const step_constants& how);
};

/// One variant.
struct kernel_set {
  std::string_view name; ///< "baseline", "x86-64-v3", "x86-64-v4"
  const kernel* by_type; ///< indexed by dtype
  void (*merge)(const std::byte* other, std::size_t count, std::int64_t* sum);

  const kernel& of(model::dtype type) const { return by_type[static_cast<std::size_t>(type)]; }
};

/// The variants that this processor can run, the best one last.
std::span<const kernel_set> usable_kernels();
/// The one in use.
const kernel_set& best_kernels();

} // namespace fedloom::aggregation
