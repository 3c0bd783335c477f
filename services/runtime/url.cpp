#include "services/runtime/url.hpp"

#include <charconv>
#include <cstring>

namespace fedloom::runtime {

namespace {

/// Cuts `text` at `separator` and returns what stood before it.
std::string_view take_until(std::string_view& text, char separator) {
  const auto end = text.find(separator);
  const auto head = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return head;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
    text.remove_suffix(1);
  }
  return text;
}

bool same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

/// Reads a token or a quoted string up to the next semicolon outside quotes.
std::string take_value(std::string_view& text) {
  if (!text.starts_with('"')) {
    return std::string{trimmed(take_until(text, ';'))};
  }
  std::string value;
  std::size_t at = 1;
  for (; at < text.size() && text[at] != '"'; ++at) {
    const bool escaped = text[at] == '\\' && at + 1 < text.size() && (text[at + 1] == '"' || text[at + 1] == '\\');
    at += escaped ? 1 : 0;
    value.push_back(text[at]);
  }
  text.remove_prefix(std::min(at, text.size()));
  take_until(text, ';');
  return value;
}

} // namespace

std::string percent_decode(std::string_view text, plus_sign plus) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned value = 0;
    const auto* digits = text.data() + at + 1;
    if (text[at] == '%' && at + 2 < text.size() && std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
      decoded.push_back(static_cast<char>(value));
      at += 2;
    } else {
      decoded.push_back(text[at] == '+' && plus == plus_sign::is_space ? ' ' : text[at]);
    }
  }
  return decoded;
}

std::map<std::string, std::string> parse_query(std::string_view query) {
  std::map<std::string, std::string> values;
  while (!query.empty()) {
    auto value = take_until(query, '&');
    const auto name = take_until(value, '=');
    if (!name.empty()) {
      values.insert_or_assign(percent_decode(name, plus_sign::is_space), percent_decode(value, plus_sign::is_space));
    }
  }
  return values;
}

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  if (path.starts_with('/')) {
    path.remove_prefix(1);
  }
  while (!path.empty()) {
    segments.emplace_back(take_until(path, '/'));
  }
  return segments;
}

std::optional<std::string> header_parameter(std::string_view value, std::string_view name) {
  take_until(value, ';');
  while (!value.empty()) {
    const auto found = trimmed(take_until(value, '='));
    while (value.starts_with(' ')) {
      value.remove_prefix(1);
    }
    auto text = take_value(value);
    if (same_word(found, name)) {
      return text;
    }
  }
  return std::nullopt;
}

} // namespace fedloom::runtime
