#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fedloom::runtime {

enum class plus_sign : bool { kept, is_space };

/// Resolves %XX; a % without two hex digits stays as it is.
std::string percent_decode(std::string_view text, plus_sign plus = plus_sign::kept);

/// "a=1&b=x%20y", decoded; a name without "=" has an empty value.
std::map<std::string, std::string> parse_query(std::string_view query);

/// The path's segments, still encoded; a trailing slash makes no difference.
std::vector<std::string> segments_of(std::string_view path);

/// A parameter of a header value, for example "boundary" of `multipart/form-data; boundary="x"`. Quotes and backslashes
/// are resolved.
std::optional<std::string> header_parameter(std::string_view value, std::string_view name);

} // namespace fedloom::runtime
