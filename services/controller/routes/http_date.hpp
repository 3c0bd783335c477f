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
/// Of an HTTP date or ISO 8601: "2025-09-29", "2025-09-29T13:42:54", with fractions of a second (cut to milliseconds),
/// "Z" or an offset as "+02:00". Without an offset it is UTC.
std::optional<domain::timestamp> date_of(std::string_view text);

} // namespace fedloom::controller
