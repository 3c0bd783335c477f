#pragma once
#include "actors/model/manifest.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// The header of a .safetensors file, which is JSON:
///
///     {"__metadata__": {"format": "pt"}, "bias": {"dtype": "F32", "shape": [3], "data_offsets": [0, 12]}, ...}
namespace fedloom::model {

/// Longest header that is read or written.
inline constexpr std::uint64_t safetensors_text_limit = std::uint64_t{64} << 20;

/// A tensor and where its elements lie, from the end of the header.
struct safetensors_entry {
  tensor_spec tensor;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// The entries in the header's order. `__metadata__` must be an object of strings and is ignored: a model has no place
/// for it. `malformed` for text that is not such JSON, strictly: no name twice, no other keys, no number but whole ones
/// from 0, nothing but blanks behind the last brace. `unsupported` names the tensor and its type where a model has no
/// such type (BF16, the F8 types and whatever comes later), `too_large` for more tensors than a stream may have.
domain::expected<std::vector<safetensors_entry>> read_safetensors_text(std::string_view text);

/// The text for a model whose tensors lie one behind the other, with blanks at its end so that they begin at a multiple
/// of tensor_alignment when 8 bytes stand before it. `unsupported` for names that JSON cannot hold or that are taken,
/// and above the limit.
domain::expected<std::string> safetensors_text_of(const manifest& what);

} // namespace fedloom::model
