#pragma once
#include "actors/aggregation/federated_average.hpp"

#include <algorithm>
#include <cstring>
#include <string>

/// Small models for the tests of this folder.
namespace fedloom::aggregation {

/// Puts a model stream together tensor by tensor.
class model_builder {
public:
  template <class T>
  model_builder& tensor(model::dtype type, const std::vector<T>& values) {
    what_.tensors.push_back({std::to_string(what_.tensors.size()), type, {values.size()}});
    const auto bytes = std::as_bytes(std::span(values));
    contents_.emplace_back(bytes.begin(), bytes.end());
    return *this;
  }

  const model::manifest& what() const { return what_; }

  std::vector<std::byte> stream() const {
    auto stream = model::blank_stream(what_);
    const auto data = model::data_of(stream);
    const auto offsets = what_.offsets();
    for (std::size_t i = 0; i < offsets.size(); ++i) {
      std::ranges::copy(contents_[i], data.subspan(offsets[i]).begin());
    }
    return stream;
  }

  domain::shared_bytes head() const { return domain::shared_bytes::adopt(model::head_of(what_)); }

private:
  model::manifest what_;
  std::vector<std::vector<std::byte>> contents_;
};

inline domain::scale_table table(std::int32_t precision, std::vector<std::int32_t> exponents) {
  domain::scale_table scales;
  scales.precision = precision;
  scales.exponents = std::move(exponents);
  return scales;
}

/// Cuts bytes into pieces of `length`, the last one shorter.
inline pieces cut(domain::byte_span bytes, std::size_t length = std::size_t{1} << 20) {
  const auto whole = domain::shared_bytes::copy_of(bytes);
  pieces parts;
  for (std::size_t at = 0; at < whole.size(); at += length) {
    parts.push_back(whole.slice(at, length));
  }
  return parts;
}

/// The elements of one tensor of a stream.
template <class T>
std::vector<T> values_of(domain::byte_span stream, std::size_t tensor) {
  const auto view = model::read_stream(stream);
  const auto& spec = view->what.tensors[tensor];
  std::vector<T> values(spec.elements());
  if (!values.empty()) {
    std::memcpy(values.data(), view->data.data() + view->what.offsets()[tensor], spec.bytes());
  }
  return values;
}

} // namespace fedloom::aggregation
