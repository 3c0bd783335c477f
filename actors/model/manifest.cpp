#include "actors/model/manifest.hpp"

#include <limits>
#include <string_view>

namespace fedloom::model {

namespace {

constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();

std::uint64_t saturating_product(std::uint64_t a, std::uint64_t b) {
  std::uint64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? largest : product;
}

std::uint64_t saturating_sum(std::uint64_t a, std::uint64_t b) {
  std::uint64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? largest : sum;
}

std::uint64_t padded(std::uint64_t bytes) {
  return saturating_sum(bytes, tensor_alignment - 1) / tensor_alignment * tensor_alignment;
}

std::string quoted(const tensor_spec& tensor, std::size_t position) {
  return "tensor " + std::to_string(position) + " \"" + tensor.name + "\"";
}

std::string text_of(const std::vector<std::uint64_t>& shape) {
  std::string text = "(";
  for (const auto dimension : shape) {
    text += std::to_string(dimension) + ",";
  }
  return text + ")";
}

} // namespace

std::size_t size_of(dtype type) {
  switch (type) {
  case dtype::i8:
  case dtype::u8:
  case dtype::boolean:
    return 1;
  case dtype::f16:
  case dtype::i16:
  case dtype::u16:
    return 2;
  case dtype::f32:
  case dtype::i32:
  case dtype::u32:
    return 4;
  case dtype::f64:
  case dtype::i64:
  case dtype::u64:
    return 8;
  }
  return 0;
}

bool is_float(dtype type) {
  return type == dtype::f16 || type == dtype::f32 || type == dtype::f64;
}

std::string_view to_string(dtype type) {
  constexpr std::string_view names[] = {"unspecified", "float16", "float32", "float64", "int8",   "int16", "int32",
                                        "int64",       "uint8",   "uint16",  "uint32",  "uint64", "bool"};
  const auto index = static_cast<std::size_t>(type);
  return index < std::size(names) ? names[index] : names[0];
}

std::uint64_t tensor_spec::elements() const {
  std::uint64_t count = 1;
  bool empty = false;
  for (const auto dimension : shape) {
    empty = empty || dimension == 0;
    count = saturating_product(count, dimension);
  }
  return empty ? 0 : count;
}

std::uint64_t tensor_spec::bytes() const {
  return saturating_product(elements(), size_of(type));
}

std::uint64_t manifest::elements() const {
  std::uint64_t count = 0;
  for (const auto& tensor : tensors) {
    count = saturating_sum(count, tensor.elements());
  }
  return count;
}

std::vector<std::uint64_t> manifest::offsets() const {
  std::vector<std::uint64_t> offsets;
  offsets.reserve(tensors.size());
  std::uint64_t offset = 0;
  for (const auto& tensor : tensors) {
    offsets.push_back(offset);
    offset = saturating_sum(offset, padded(tensor.bytes()));
  }
  return offsets;
}

std::uint64_t manifest::data_bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& tensor : tensors) {
    bytes = saturating_sum(bytes, padded(tensor.bytes()));
  }
  return bytes;
}

domain::expected<void> within(const manifest& what, std::uint64_t limit_bytes) {
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < what.tensors.size(); ++i) {
    const auto& tensor = what.tensors[i];
    std::uint64_t extent = size_of(tensor.type);
    for (const auto dimension : tensor.shape) {
      extent = saturating_product(extent, dimension == 0 ? 1 : dimension);
    }
    bytes = saturating_sum(bytes, padded(tensor.bytes()));
    if (extent > limit_bytes || bytes > limit_bytes) {
      return domain::failure(domain::errc::too_large, quoted(tensor, i) + " of shape " + text_of(tensor.shape) +
                                                          " exceeds the limit of " + std::to_string(limit_bytes) +
                                                          " bytes for a model");
    }
  }
  return {};
}

domain::error difference(const manifest& expected_one, const manifest& other) {
  using domain::errc;
  if (expected_one.tensors.size() != other.tensors.size()) {
    return {errc::wrong_shape, "has " + std::to_string(other.tensors.size()) + " tensors, the global model has " +
                                   std::to_string(expected_one.tensors.size())};
  }
  for (std::size_t i = 0; i < other.tensors.size(); ++i) {
    const auto& wanted = expected_one.tensors[i];
    const auto& given = other.tensors[i];
    if (given.name != wanted.name) {
      return {errc::wrong_shape, quoted(given, i) + " is named \"" + wanted.name + "\" in the global model"};
    }
    if (given.shape != wanted.shape) {
      return {errc::wrong_shape, quoted(given, i) + " has shape " + text_of(given.shape) + ", the global model has " +
                                     text_of(wanted.shape)};
    }
    if (given.type != wanted.type) {
      return {errc::wrong_dtype, quoted(given, i) + " is " + std::string(to_string(given.type)) +
                                     ", the global model has " + std::string(to_string(wanted.type))};
    }
  }
  return {};
}

} // namespace fedloom::model
