#include "cli/table.hpp"

#include "cli/progress_line.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace fedloom::cli {

namespace {

constexpr std::size_t model_digits = 12;
constexpr std::size_t brief_bytes = 60;

/// Characters of UTF-8, not bytes: names are in any language.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char one) { return (static_cast<unsigned char>(one) & 0xC0) != 0x80; }));
}

std::string one_line(std::string text) {
  std::ranges::replace_if(
      text, [](unsigned char one) { return one < 0x20 || one == 0x7F; }, ' ');
  return text;
}

std::string brief(std::string text) {
  if (text.size() <= brief_bytes) {
    return text;
  }
  auto end = brief_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
    --end;
  }
  return text.substr(0, end) + "...";
}

const json& at(const json& row, const column& which) {
  static const json nothing;
  const json::json_pointer place(which.field);
  return row.contains(place) ? row.at(place) : nothing;
}

using text_rows = std::vector<std::vector<std::string>>;

std::string aligned(const text_rows& rows, const std::vector<bool>& to_the_right) {
  std::vector<std::size_t> widths(to_the_right.size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(row[i]));
    }
  }
  std::string whole;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string gap(widths[i] - width_of(row[i]), ' ');
      line += (i == 0 ? "" : "  ") + (to_the_right[i] ? gap + row[i] : row[i] + gap);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    whole += (whole.empty() ? "" : "\n") + line;
  }
  return whole;
}

} // namespace

std::string shown(const json& value, form how) {
  if (value.is_null() || value == "") {
    return "-";
  }
  if (value.is_number()) {
    switch (how) {
    case form::number:
      return fmt::format("{:.4f}", value.get<double>());
    case form::seconds:
      return fmt::format("{:.2f}", value.get<double>());
    case form::bytes:
      return bytes_text(value.get<double>());
    default:
      return value.dump();
    }
  }
  auto text = one_line(value.is_string() ? value.get<std::string>()
                                         : value.dump(-1, ' ', false, json::error_handler_t::replace));
  if (how == form::model) {
    return text.substr(0, model_digits);
  }
  return how == form::brief ? brief(std::move(text)) : text;
}

std::string table(std::span<const column> columns, const json& rows) {
  text_rows texts(1);
  std::vector<bool> to_the_right(columns.size(), true);
  for (const auto& one : columns) {
    texts.front().emplace_back(one.title);
  }
  for (const auto& row : rows) {
    auto& line = texts.emplace_back();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const auto& value = at(row, columns[i]);
      line.push_back(shown(value, columns[i].how));
      to_the_right[i] = to_the_right[i] && (value.is_number() || value.is_null());
    }
  }
  return aligned(texts, to_the_right);
}

std::string listing(const json& object) {
  if (!object.is_object()) {
    return shown(object);
  }
  std::size_t widest = 0;
  for (const auto& [key, value] : object.items()) {
    widest = std::max(widest, key.size());
  }
  std::string whole;
  for (const auto& [key, value] : object.items()) {
    whole += fmt::format("{}{:<{}}  {}", whole.empty() ? "" : "\n", key, widest, shown(value));
  }
  return whole;
}

} // namespace fedloom::cli
