#pragma once
#include "messages/domain/expected.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

/// JSON that users write: every complaint names the key, the value and what would do, as `malformed`.
namespace fedloom::controller {

/// The body as an object that has none but the allowed keys.
domain::expected<nlohmann::json> read_object(const std::string& body, const std::vector<std::string>& allowed);
/// The body as an object of whatever keys.
domain::expected<nlohmann::json> read_json_object(const std::string& body);
/// A value as complaints show it: cut when it is long.
std::string shown_value(const nlohmann::json& value);
/// Nothing, or a complaint about the first key that is not allowed, with the nearest one that is.
domain::expected<void> only_keys(const nlohmann::json& object, const std::vector<std::string>& allowed);

domain::error wrong_value(std::string_view key, const nlohmann::json& value, std::string_view wanted);
/// The text under the key; empty when the key is missing or null. At most `limit` bytes.
domain::expected<std::string> text_of(const nlohmann::json& object, const char* key, std::size_t limit);

} // namespace fedloom::controller
