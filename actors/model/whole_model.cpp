#include "actors/model/whole_model.hpp"

#include "actors/model/stream.hpp"

namespace fedloom::model {

domain::expected<whole_model> take_apart(const domain::shared_bytes& stream) {
  auto view = read_stream(stream.span());
  if (!view) {
    return tl::unexpected(std::move(view.error()));
  }
  whole_model model{std::move(view->what), stream, {}};
  const auto offsets = model.what.offsets();
  model.elements.reserve(offsets.size());
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    model.elements.push_back(stream.slice(view->head_bytes + offsets[i], model.what.tensors[i].bytes()));
  }
  return model;
}

} // namespace fedloom::model
