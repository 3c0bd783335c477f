#include "actors/kernel/log_line.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace fedloom::kernel {

namespace {

std::string_view name_of(log_level level) {
  switch (level) {
  case log_level::debug:
    return "debug";
  case log_level::info:
    return "info";
  case log_level::warn:
    return "warn";
  case log_level::error:
    return "error";
  }
  return "error";
}

/// Length of the well-formed UTF-8 sequence at the start of `text`; 0: there is none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto lead = byte(0);
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xC2 ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF5 ? 4
                                           : 0;
  if (length == 0 || length > text.size()) {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) {
      return 0;
    }
  }
  // The second byte's range tells overlong forms, surrogates and what lies behind U+10FFFF from characters.
  if ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F) || (lead == 0xF0 && byte(1) < 0x90) ||
      (lead == 0xF4 && byte(1) > 0x8F)) {
    return 0;
  }
  return length;
}

void append_escaped(std::string& out, char c) {
  switch (c) {
  case '"':
    out += "\\\"";
    return;
  case '\\':
    out += "\\\\";
    return;
  case '\n':
    out += "\\n";
    return;
  case '\t':
    out += "\\t";
    return;
  default:
    break;
  }
  if (static_cast<unsigned char>(c) < 0x20) {
    std::array<char, 8> code{};
    std::snprintf(code.data(), code.size(), "\\u%04x", static_cast<unsigned>(static_cast<unsigned char>(c)));
    out += code.data();
    return;
  }
  out += c;
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const auto length = sequence_length(text);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
      text.remove_prefix(1);
    } else if (length == 1) {
      append_escaped(out, text.front());
      text.remove_prefix(1);
    } else {
      out += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  out += '"';
}

template <class Number>
void append_number(std::string& out, Number number) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

struct append_value {
  std::string& out;
  void operator()(const std::string& text) const { append_string(out, text); }
  void operator()(bool truth) const { out += truth ? "true" : "false"; }
  void operator()(std::int64_t number) const { append_number(out, number); }
  void operator()(std::uint64_t number) const { append_number(out, number); }
  void operator()(double number) const {
    if (std::isnan(number)) {
      append_string(out, "nan");
    } else if (std::isinf(number)) {
      append_string(out, number > 0 ? "inf" : "-inf");
    } else {
      append_number(out, number);
    }
  }
};

/// ISO 8601 in UTC with milliseconds.
std::string to_text(std::chrono::system_clock::time_point time) {
  const auto point = std::chrono::floor<std::chrono::milliseconds>(time);
  const auto day = std::chrono::floor<std::chrono::days>(point);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{point - day};
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return text.data();
}

} // namespace

std::string to_json_line(const log_head& head, std::span<const log_field> fields) {
  std::string out;
  out.reserve(160);
  const auto append_member = [&out](std::string_view key, auto&& append) {
    out += out.empty() ? '{' : ',';
    append_string(out, key);
    out += ':';
    append();
  };
  const auto append_text = [&](std::string_view key, std::string_view text) {
    append_member(key, [&] { append_string(out, text); });
  };
  append_text("time", to_text(head.time));
  append_text("level", name_of(head.level));
  append_text("service", head.service);
  append_text("component", head.component);
  append_text("event", head.event);
  for (const auto& field : fields) {
    append_member(field.key, [&] { std::visit(append_value{out}, field.value.content()); });
  }
  out += '}';
  return out;
}

} // namespace fedloom::kernel
