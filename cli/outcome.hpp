#pragma once
#include "cli/exit_code.hpp"
#include "messages/domain/expected.hpp"

#include <string>

namespace fedloom::cli {

/// Why a verb failed: what was wrong and what to do about it, for a person.
struct problem {
  exit_code code = exit_code::local;
  std::string text;
};

template <class T>
using result = tl::expected<T, problem>;
using outcome = result<void>;

inline tl::unexpected<problem> fail(exit_code code, std::string text) {
  return tl::unexpected<problem>(problem{code, std::move(text)});
}

/// Of something that happened on this machine.
tl::unexpected<problem> local_failure(const domain::error& reason);

} // namespace fedloom::cli
