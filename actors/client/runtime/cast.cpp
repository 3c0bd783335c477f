#include "actors/client/runtime/cast.hpp"

#include "actors/model/stream.hpp"

#include <cmath>
#include <cstring>
#include <limits>

namespace fedloom::client {
namespace {

using model::dtype;

/// IEEE 754 binary16, as bits.
struct half {
  std::uint16_t bits = 0;
};

double widen(float value) {
  return value;
}
double widen(double value) {
  return value;
}
double widen(half value) {
  const double sign = (value.bits & 0x8000U) != 0 ? -1.0 : 1.0;
  const int exponent = (value.bits >> 10U) & 0x1F;
  const int fraction = value.bits & 0x3FF;
  if (exponent == 31)
    return fraction != 0 ? std::numeric_limits<double>::quiet_NaN() : sign * std::numeric_limits<double>::infinity();
  return exponent == 0 ? sign * std::ldexp(fraction, -24) : sign * std::ldexp(1024 + fraction, exponent - 25);
}

void narrow(double value, double& result) {
  result = value;
}
void narrow(double value, float& result) {
  result = static_cast<float>(value);
}
void narrow(double value, half& result) {
  const unsigned sign = std::signbit(value) ? 0x8000U : 0U;
  const double size = std::fabs(value);
  unsigned bits = 0;
  if (std::isnan(value)) {
    bits = 0x7E00U;
  } else if (size >= 65520) { // from here on, rounding leads above the largest half
    bits = 0x7C00U;
  } else if (size > 0) {
    const int exponent = std::max(std::ilogb(size), -14);
    // In units of the last place; a carry into the next exponent comes out right because the fields are adjacent.
    const auto units = static_cast<unsigned>(std::nearbyint(std::ldexp(size, 10 - exponent)));
    bits = units + (static_cast<unsigned>(exponent + 14) << 10U);
  }
  result.bits = static_cast<std::uint16_t>(sign | bits);
}

template <class From, class To>
void cast_elements(const std::byte* from, std::byte* to, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) {
    From source;
    To target;
    std::memcpy(&source, from + i * sizeof(From), sizeof(From));
    narrow(widen(source), target);
    std::memcpy(to + i * sizeof(To), &target, sizeof(To));
  }
}

template <class From>
void cast_from(dtype type, const std::byte* from, std::byte* to, std::uint64_t count) {
  if (type == dtype::f16)
    cast_elements<From, half>(from, to, count);
  else if (type == dtype::f32)
    cast_elements<From, float>(from, to, count);
  else
    cast_elements<From, double>(from, to, count);
}

void cast_tensor(const model::tensor_spec& from, const model::tensor_spec& to, const std::byte* source,
                 std::byte* target) {
  if (from.type == to.type)
    std::memcpy(target, source, from.bytes());
  else if (from.type == dtype::f16)
    cast_from<half>(to.type, source, target, from.elements());
  else if (from.type == dtype::f32)
    cast_from<float>(to.type, source, target, from.elements());
  else
    cast_from<double>(to.type, source, target, from.elements());
}

} // namespace

domain::expected<std::vector<std::byte>> cast_floats(std::vector<std::byte> stream, const model::manifest& wanted) {
  const auto view = model::read_stream(stream);
  if (!view)
    return tl::unexpected(view.error());
  auto target = view->what;
  const auto common = std::min(target.tensors.size(), wanted.tensors.size());
  for (std::size_t i = 0; i < common; ++i)
    if (model::is_float(target.tensors[i].type) && model::is_float(wanted.tensors[i].type))
      target.tensors[i].type = wanted.tensors[i].type;
  if (target == view->what)
    return stream;

  auto result = model::blank_stream(target);
  auto* data = result.data() + (result.size() - target.data_bytes());
  const auto from = view->what.offsets();
  const auto to = target.offsets();
  for (std::size_t i = 0; i < target.tensors.size(); ++i)
    if (target.tensors[i].bytes() > 0)
      cast_tensor(view->what.tensors[i], target.tensors[i], view->data.data() + from[i], data + to[i]);
  return result;
}

} // namespace fedloom::client
