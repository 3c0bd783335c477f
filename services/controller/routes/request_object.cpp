#include "services/controller/routes/request_object.hpp"

#include "services/runtime/nearest_word.hpp"

#include <algorithm>

namespace fedloom::controller {

using domain::errc;
using domain::failure;

namespace {

/// Enough to recognise a value by; a request of a megabyte is not sent back.
constexpr std::size_t shown_bytes = 100;

/// JSON is written and compared by recursion: a deep body would end the process.
constexpr int depth_limit = 32;

std::string shown(std::string text) {
  if (text.size() > shown_bytes) {
    text.resize(shown_bytes);
    text += "...";
  }
  return text;
}

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) {
    text += (text.empty() ? "" : ", ") + word;
  }
  return text;
}

} // namespace

std::string shown_value(const nlohmann::json& value) {
  return shown(value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

domain::expected<nlohmann::json> read_json_object(const std::string& body) {
  auto object = nlohmann::json::object();
  bool is_too_deep = false;
  try {
    object = nlohmann::json::parse(body, [&](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
      is_too_deep = is_too_deep || depth > depth_limit;
      return !is_too_deep;
    });
  } catch (const nlohmann::json::parse_error& wrong) {
    return failure(errc::malformed, "the body is no JSON: wrong at byte " + std::to_string(wrong.byte));
  } catch (const nlohmann::json::out_of_range&) {
    return failure(errc::malformed, "the body has a number that is too large");
  }
  if (is_too_deep) {
    return failure(errc::malformed, "the body is nested deeper than " + std::to_string(depth_limit) + " levels");
  }
  if (!object.is_object()) {
    return failure(errc::malformed, "the body is " + shown_value(object) + "; send a JSON object");
  }
  return object;
}

domain::expected<nlohmann::json> read_object(const std::string& body, const std::vector<std::string>& allowed) {
  auto object = read_json_object(body);
  if (!object && object.error().text.ends_with("send a JSON object")) {
    return failure(errc::malformed, object.error().text + " with " + listed(allowed));
  }
  return object.and_then(
      [&](nlohmann::json& whole) { return only_keys(whole, allowed).map([&] { return std::move(whole); }); });
}

domain::expected<void> only_keys(const nlohmann::json& object, const std::vector<std::string>& allowed) {
  for (const auto& [key, value] : object.items()) {
    if (std::ranges::find(allowed, key) != allowed.end()) {
      continue;
    }
    const auto nearest = runtime::nearest_word(key, allowed);
    return failure(errc::malformed,
                   "unknown key \"" + shown(key) + "\"; " +
                       (nearest ? "did you mean \"" + *nearest + "\"?" : "known are " + listed(allowed)));
  }
  return {};
}

domain::error wrong_value(std::string_view key, const nlohmann::json& value, std::string_view wanted) {
  return {errc::malformed, std::string{key} + " is " + shown_value(value) + "; it must be " + std::string{wanted}};
}

domain::expected<std::string> text_of(const nlohmann::json& object, const char* key, std::size_t limit) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) {
    return std::string{};
  }
  if (!found->is_string() || found->get_ref<const std::string&>().size() > limit) {
    return tl::unexpected(wrong_value(key, *found, "a text of at most " + std::to_string(limit) + " bytes"));
  }
  return found->get<std::string>();
}

} // namespace fedloom::controller
