#include "tests/bench/workload.hpp"

#include "actors/model/stream.hpp"

#include <cstring>

namespace fedloom::bench {

namespace {

float seed_value(std::uint64_t index) {
  return static_cast<float>(index % 1021) / 1024.0F - 0.5F;
}

model::manifest one_tensor(std::uint64_t parameters) {
  return {{{"0", model::dtype::f32, {parameters}}}};
}

float float_at(domain::byte_span data, std::uint64_t index) {
  float value = 0;
  std::memcpy(&value, data.data() + index * sizeof value, sizeof value);
  return value;
}

void put_float(std::span<std::byte> data, std::uint64_t index, float value) {
  std::memcpy(data.data() + index * sizeof value, &value, sizeof value);
}

} // namespace

std::vector<std::byte> seed_stream(std::uint64_t parameters) {
  auto stream = model::blank_stream(one_tensor(parameters));
  const auto data = model::data_of(stream);
  for (std::uint64_t i = 0; i < parameters; ++i) {
    put_float(data, i, seed_value(i));
  }
  return stream;
}

void train(std::vector<std::byte>& stream) {
  const auto data = model::data_of(stream);
  // The padding behind the last parameter belongs to no tensor and stays zero.
  const auto parameters = model::read_stream(stream)->what.elements();
  for (std::uint64_t i = 0; i < parameters; ++i) {
    put_float(data, i, float_at(data, i) + step);
  }
}

std::optional<std::string> difference_from_expected(domain::byte_span stream, std::uint64_t parameters,
                                                    std::uint32_t rounds) {
  const auto view = model::read_stream(stream);
  if (!view) {
    return "it is no model stream: " + domain::to_string(view.error());
  }
  if (const auto why = model::difference(one_tensor(parameters), view->what); why.code != domain::errc::none) {
    return domain::to_string(why);
  }
  for (std::uint64_t i = 0; i < parameters; ++i) {
    const auto wanted = seed_value(i) + step * static_cast<float>(rounds);
    if (const auto found = float_at(view->data, i); found != wanted) {
      return "parameter " + std::to_string(i) + " is " + std::to_string(found) + " instead of " +
             std::to_string(wanted);
    }
  }
  return std::nullopt;
}

} // namespace fedloom::bench
