#pragma once
#include "messages/domain/error.hpp"

#include <tl/expected.hpp>

namespace fedloom::domain {

/// The one result type of the code base (the standard one needs a newer compiler).
template <class T>
using expected = tl::expected<T, error>;

/// `return failure(errc::malformed, "...")` in a function that returns expected<T>.
inline tl::unexpected<error> failure(errc code, std::string text) {
  return tl::unexpected<error>(error{code, std::move(text)});
}

} // namespace fedloom::domain
