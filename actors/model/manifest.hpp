#pragma once
#include "messages/domain/expected.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fedloom::model {

/// Element types of tensors. The numbers stand in the stream format: append, never reuse.
enum class dtype : std::uint8_t {
  f16 = 1,
  f32 = 2,
  f64 = 3,
  i8 = 4,
  i16 = 5,
  i32 = 6,
  i64 = 7,
  u8 = 8,
  u16 = 9,
  u32 = 10,
  u64 = 11,
  boolean = 12,
};
std::size_t size_of(dtype type);
bool is_float(dtype type);
std::string_view to_string(dtype type); ///< NumPy's name: "float32"

/// Where each tensor's bytes begin: multiples of this, from the start of the data section. Divides chunk_bytes, so that
/// no element ever straddles two chunks.
inline constexpr std::size_t tensor_alignment = 64;

struct tensor_spec {
  std::string name;
  dtype type = dtype::f32;
  std::vector<std::uint64_t> shape; ///< C order; empty: a scalar
  /// Sizes that do not fit into 64 bits are given as the largest number, here and in `manifest`; see `within`.
  std::uint64_t elements() const;
  std::uint64_t bytes() const;
  bool operator==(const tensor_spec&) const = default;
};

/// Names, types, shapes and order of a model's tensors.
struct manifest {
  std::vector<tensor_spec> tensors;
  bool operator==(const manifest&) const = default;

  std::uint64_t elements() const;
  /// Offset of each tensor from the start of the data section.
  std::vector<std::uint64_t> offsets() const;
  /// The section's length, padding included: a multiple of tensor_alignment.
  std::uint64_t data_bytes() const;
};

/// `too_large` when the data section would be longer than `limit_bytes`. A dimension of zero counts as one here, so
/// that no absurd shape hides behind it.
domain::expected<void> within(const manifest& what, std::uint64_t limit_bytes);

/// Why `other` is not the same manifest as `expected_one`: wrong_shape or wrong_dtype, naming the first tensor that
/// differs; none when they are equal.
domain::error difference(const manifest& expected_one, const manifest& other);

} // namespace fedloom::model
