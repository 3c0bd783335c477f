#pragma once
#include "messages/domain/expected.hpp"

#include <stdexcept>
#include <utility>

namespace fedloom::bench {

/// The measurement cannot go on; the text is for the person who started it.
struct bench_failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Ctrl-C or SIGTERM.
struct interrupted : bench_failure {
  interrupted() : bench_failure("interrupted; all processes have ended") {}
};

/// The value, or its error as a bench_failure.
template <class T>
T value_or_fail(domain::expected<T> what) {
  if (!what) {
    throw bench_failure(domain::to_string(what.error()));
  }
  return std::move(*what);
}

} // namespace fedloom::bench
