#pragma once
#include "messages/domain/chrono.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace fedloom::controller {

/// "Mon, 29 Sep 2025 13:42:54 GMT" (RFC 7231): whole seconds, in English whatever the locale.
std::string to_http_date(domain::timestamp when);
/// The inverse; nothing for any other text.
std::optional<domain::timestamp> from_http_date(std::string_view text);

} // namespace fedloom::controller
