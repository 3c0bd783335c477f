#pragma once
#include "messages/domain/expected.hpp"
#include "services/runtime/http_message.hpp"

#include <filesystem>
#include <functional>
#include <span>

namespace fedloom::runtime {

/// Where a body goes and how much of it is taken.
struct body_rule {
  bool to_file = false;
  std::uint64_t limit = 0;
  std::filesystem::path folder; ///< for temporary files
};

/// Fills the buffer from the connection: the count, 0 at the body's end, negative when the connection broke.
using body_source = std::function<std::ptrdiff_t(std::span<char>)>;

/// Reads the body into `request`: as text, into a file, or, if it is a form and the rule says file, into fields and at
/// most one file. `announced`: the Content-Length, or negative. Fields together may hold 1 MiB. too_large, malformed
/// (cut off, or no proper form) or storage_failed.
domain::expected<void> read_body(const body_source& source, std::int64_t announced, const body_rule& rule,
                                 http_request& request);

} // namespace fedloom::runtime
