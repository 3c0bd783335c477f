#pragma once
#include "actors/model/stream.hpp"

#include <cstring>
#include <vector>

namespace fedloom::client {

/// A model stream of one-dimensional tensors named "0", "1", ... of one element type.
template <class T>
std::vector<std::byte> example_stream(model::dtype type, const std::vector<std::vector<T>>& tensors) {
  model::manifest what;
  for (const auto& values : tensors)
    what.tensors.push_back({std::to_string(what.tensors.size()), type, {values.size()}});
  auto stream = model::blank_stream(what);
  const auto offsets = what.offsets();
  const auto head = stream.size() - what.data_bytes();
  for (std::size_t i = 0; i < tensors.size(); ++i)
    if (!tensors[i].empty())
      std::memcpy(stream.data() + head + offsets[i], tensors[i].data(), tensors[i].size() * sizeof(T));
  return stream;
}

/// The elements of the tensor at `index`.
template <class T>
std::vector<T> elements(domain::byte_span stream, std::size_t index) {
  const auto view = model::read_stream(stream).value();
  std::vector<T> values(view.what.tensors.at(index).elements());
  if (!values.empty())
    std::memcpy(values.data(), view.data.data() + view.what.offsets()[index], values.size() * sizeof(T));
  return values;
}

} // namespace fedloom::client
