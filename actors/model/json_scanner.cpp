#include "actors/model/json_scanner.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace fedloom::model {

namespace {

/// Length of the UTF-8 sequence at the start of `text`; 0 when there is none.
std::size_t sequence_at(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto first = byte(0);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xc2 ? 0
                             : first < 0xe0 ? 2
                             : first < 0xf0 ? 3
                             : first < 0xf5 ? 4
                                            : 0;
  if (length > text.size()) {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if (byte(i) >> 6 != 2) {
      return 0;
    }
  }
  const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool beyond = (first == 0xed && byte(1) > 0x9f) || (first == 0xf4 && byte(1) > 0x8f);
  return overlong || beyond ? 0 : length;
}

void append_utf8(std::string& into, std::uint32_t point) {
  const auto put = [&](std::uint32_t byte) { into += static_cast<char>(byte); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xc0 | point >> 6);
    put(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    put(0xe0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3f));
    put(0x80 | (point & 0x3f));
  } else {
    put(0xf0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3f));
    put(0x80 | (point >> 6 & 0x3f));
    put(0x80 | (point & 0x3f));
  }
}

bool in(std::uint32_t value, std::uint32_t first, std::uint32_t last) {
  return value >= first && value <= last;
}

} // namespace

void json_scanner::skip_blanks() {
  const auto first = text_.find_first_not_of(" \t\r\n");
  text_.remove_prefix(first == std::string_view::npos ? text_.size() : first);
}

bool json_scanner::accept(char mark) {
  skip_blanks();
  if (!text_.starts_with(mark)) {
    return false;
  }
  text_.remove_prefix(1);
  return true;
}

bool json_scanner::at_end() {
  skip_blanks();
  return text_.empty();
}

std::optional<std::string> json_scanner::string() {
  if (!accept('"')) {
    return std::nullopt;
  }
  std::string inside;
  while (!text_.empty() && text_.front() != '"') {
    if (text_.front() == '\\') {
      if (!unescape(inside)) {
        return std::nullopt;
      }
      continue;
    }
    const auto length = sequence_at(text_);
    if (length == 0 || static_cast<unsigned char>(text_.front()) < 0x20) {
      return std::nullopt;
    }
    inside += text_.substr(0, length);
    text_.remove_prefix(length);
  }
  return accept('"') ? std::optional(std::move(inside)) : std::nullopt;
}

std::optional<std::uint32_t> json_scanner::four_hex_digits() {
  constexpr std::size_t digits = 4;
  std::uint32_t value = 0;
  const auto last = text_.data() + std::min(digits, text_.size());
  const auto [end, problem] = std::from_chars(text_.data(), last, value, 16);
  if (problem != std::errc{} || end != text_.data() + digits) {
    return std::nullopt;
  }
  text_.remove_prefix(digits);
  return value;
}

bool json_scanner::unescape(std::string& into) {
  constexpr std::string_view letters = "\"\\/bfnrt";
  constexpr std::string_view meant = "\"\\/\b\f\n\r\t";
  if (text_.size() < 2) {
    return false;
  }
  const auto letter = text_[1];
  text_.remove_prefix(2);
  if (letter != 'u') {
    const auto at = letters.find(letter);
    if (at == std::string_view::npos) {
      return false;
    }
    into += meant[at];
    return true;
  }
  auto point = four_hex_digits();
  if (point && in(*point, 0xd800, 0xdbff) && text_.starts_with("\\u")) {
    text_.remove_prefix(2);
    const auto second = four_hex_digits();
    if (!second || !in(*second, 0xdc00, 0xdfff)) {
      return false;
    }
    point = 0x10000 + ((*point & 0x3ff) << 10) + (*second & 0x3ff);
  }
  if (!point || in(*point, 0xd800, 0xdfff)) {
    return false;
  }
  append_utf8(into, *point);
  return true;
}

std::optional<std::uint64_t> json_scanner::whole_number() {
  skip_blanks();
  std::uint64_t value = 0;
  const auto [end, problem] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
  if (problem != std::errc{} || (text_.front() == '0' && end != text_.data() + 1)) {
    return std::nullopt;
  }
  text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
  return value;
}

std::optional<std::string> json_string_of(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string json = "\"";
  while (!text.empty()) {
    const auto length = sequence_at(text);
    const auto first = static_cast<unsigned char>(text.front());
    if (length == 0) {
      return std::nullopt;
    }
    if (first < 0x20) {
      json += "\\u00";
      json += {digits[first >> 4], digits[first & 15]};
    } else {
      json += first == '"' || first == '\\' ? "\\" : "";
      json += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return json + '"';
}

} // namespace fedloom::model
