#include "services/controller/routes/model_parameters.hpp"

#include "actors/model/stream.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

namespace fedloom::controller {

namespace {

using model::dtype;

static_assert(std::endian::native == std::endian::little, "elements are read as they lie in the stream");

template <class Number>
Number element_at(const std::byte* at) {
  Number number{};
  std::memcpy(&number, at, sizeof number);
  return number;
}

template <class Number>
void append_number(std::string& text, Number number) {
  if constexpr (std::is_floating_point_v<Number>) {
    if (!std::isfinite(number)) {
      text += "null";
      return;
    }
  }
  std::array<char, 32> digits{};
  text.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

/// IEEE 754 binary16.
float half_at(const std::byte* at) {
  const auto bits = element_at<std::uint16_t>(at);
  const int exponent = (bits >> 10) & 31;
  const auto fraction = static_cast<float>(bits & 1023);
  float value = std::ldexp(exponent == 0 ? fraction : fraction + 1024.0F, (exponent == 0 ? 1 : exponent) - 25);
  if (exponent == 31) {
    value = NAN; // or an infinity: JSON has neither
  }
  return (bits & 0x8000U) != 0 ? -value : value;
}

void append_element(std::string& text, dtype type, const std::byte* at) {
  switch (type) {
  case dtype::f16:
    return append_number(text, half_at(at));
  case dtype::f32:
    return append_number(text, element_at<float>(at));
  case dtype::f64:
    return append_number(text, element_at<double>(at));
  case dtype::i8:
    return append_number(text, int{element_at<std::int8_t>(at)});
  case dtype::i16:
    return append_number(text, element_at<std::int16_t>(at));
  case dtype::i32:
    return append_number(text, element_at<std::int32_t>(at));
  case dtype::i64:
    return append_number(text, element_at<std::int64_t>(at));
  case dtype::u8:
    return append_number(text, unsigned{element_at<std::uint8_t>(at)});
  case dtype::u16:
    return append_number(text, element_at<std::uint16_t>(at));
  case dtype::u32:
    return append_number(text, element_at<std::uint32_t>(at));
  case dtype::u64:
    return append_number(text, element_at<std::uint64_t>(at));
  case dtype::boolean:
    text += element_at<std::uint8_t>(at) != 0 ? "true" : "false";
  }
}

/// The list of one dimension, and those within it. Returns where the next element lies.
const std::byte* append_dimension(std::string& text, const model::tensor_spec& tensor, std::size_t dimension,
                                  const std::byte* at) {
  if (dimension == tensor.shape.size()) {
    append_element(text, tensor.type, at);
    return at + model::size_of(tensor.type);
  }
  text += '[';
  for (std::uint64_t i = 0; i < tensor.shape[dimension]; ++i) {
    text += i > 0 ? "," : "";
    at = append_dimension(text, tensor, dimension + 1, at);
  }
  text += ']';
  return at;
}

/// Brackets cost as much as elements: a shape of (1000000, 0) has no element at all.
std::uint64_t lists_in(const model::tensor_spec& tensor) {
  std::uint64_t lists = 1;
  for (const auto size : tensor.shape) {
    lists = std::min(lists * std::max<std::uint64_t>(size, 1), shown_parameters + 1);
  }
  return lists;
}

} // namespace

domain::expected<std::string> parameters_text(domain::byte_span stream) {
  const auto view = model::read_stream(stream);
  if (!view) {
    return domain::failure(domain::errc::storage_failed, view.error().text);
  }
  std::uint64_t total = 0;
  for (const auto& tensor : view->what.tensors) {
    total += lists_in(tensor);
  }
  if (total > shown_parameters) {
    return domain::failure(domain::errc::too_large, "the model has more than " + std::to_string(shown_parameters) +
                                                        " parameters; download it instead");
  }
  const auto offsets = view->what.offsets();
  std::string text = "{\"array\":[";
  for (std::size_t i = 0; i < view->what.tensors.size(); ++i) {
    text += i > 0 ? "," : "";
    append_dimension(text, view->what.tensors[i], 0, view->data.data() + offsets[i]);
  }
  return text + "]}";
}

} // namespace fedloom::controller
