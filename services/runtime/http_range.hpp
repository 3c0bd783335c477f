#pragma once
#include "services/runtime/http_message.hpp"

#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

/// What of a body a reader wants: downloads that broke off go on where they stopped (RFC 9110, sections 13 and 14).
namespace fedloom::runtime {

struct whole_body {};
struct body_range {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  bool operator==(const body_range&) const = default;
};
struct beyond_body {};
using wanted_range = std::variant<whole_body, body_range, beyond_body>;

/// Of a Range header, for a body of `size` bytes. What is not one range of bytes counts as not said, as the RFC allows.
wanted_range range_of(std::string_view header, std::uint64_t size);

/// The bytes of an answer as views, without a copy. They live as long as the answer does.
std::vector<std::string_view> views_of(const http_body& body);
std::uint64_t size_of(const http_body& body);

/// Turns a 200 with an entity tag into what the request's Range, If-Range and If-None-Match ask for: 206, 304 or 416.
/// Other answers stay as they are.
void apply_conditions(const http_request& request, http_response& answer);

} // namespace fedloom::runtime
