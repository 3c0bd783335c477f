#pragma once
#include <compare>
#include <functional>
#include <string>
#include <utility>

namespace fedloom::domain {

/// A value of type T that cannot be mistaken for another kind of id. Value semantics, ordered, hashable.
template <class Tag, class T>
class strong_id {
public:
  using value_type = T;

  strong_id() = default;
  explicit strong_id(T value) : value_(std::move(value)) {}

  const T& value() const noexcept { return value_; }
  auto operator<=>(const strong_id&) const = default;

private:
  T value_{};
};

} // namespace fedloom::domain

template <class Tag, class T>
struct std::hash<fedloom::domain::strong_id<Tag, T>> {
  std::size_t operator()(const fedloom::domain::strong_id<Tag, T>& id) const noexcept {
    return std::hash<T>{}(id.value());
  }
};
