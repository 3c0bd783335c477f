#pragma once
#include "actors/model/stream.hpp"
#include "messages/domain/round.hpp"

#include <cstring>

namespace fedloom::simulation {

/// What a simulated client does with a model: it adds a constant to every parameter.
struct lesson {
  float step = 0;
  std::uint64_t examples = 1;
};

/// The clients' lessons: clients are named c1, c2, ...
inline domain::client_id client_named(std::size_t index) {
  return domain::client_id{"c" + std::to_string(index + 1)};
}
inline lesson lesson_of(std::size_t index) {
  return {0.25F * static_cast<float>(index + 1), 1 + index % 4};
}
inline lesson lesson_of(const domain::client_id& client) {
  return lesson_of(std::stoul(client.value().substr(1)) - 1);
}

/// Two tensors of float32, all elements `value`: `elements` of them, and three.
inline domain::shared_bytes model_of(std::uint64_t elements, float value) {
  model::manifest what;
  what.tensors = {{"0", model::dtype::f32, {elements}}, {"1", model::dtype::f32, {3}}};
  auto stream = model::blank_stream(what);
  const auto data = model::data_of(stream);
  for (std::size_t i = 0; i < what.tensors.size(); ++i) {
    const std::vector<float> values(what.tensors[i].elements(), value);
    std::memcpy(data.data() + what.offsets()[i], values.data(), what.tensors[i].bytes());
  }
  return domain::shared_bytes::adopt(std::move(stream));
}

inline domain::shared_bytes trained(const domain::shared_bytes& model, const lesson& by) {
  const auto read = model::read_stream(model.span());
  std::vector<std::byte> stream(model.span().begin(), model.span().end());
  for (std::size_t i = 0; i < read->what.tensors.size(); ++i) {
    std::vector<float> values(read->what.tensors[i].elements());
    auto* const at = stream.data() + read->head_bytes + read->what.offsets()[i];
    std::memcpy(values.data(), at, read->what.tensors[i].bytes());
    for (auto& value : values) {
      value += by.step;
    }
    std::memcpy(at, values.data(), read->what.tensors[i].bytes());
  }
  return domain::shared_bytes::adopt(std::move(stream));
}

} // namespace fedloom::simulation
