#include "services/runtime/http_range.hpp"

#include "services/runtime/json_answer.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace fedloom::runtime {

namespace {

constexpr std::string_view bytes_unit = "bytes=";

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (text.empty() || read.ptr != end || (read.ec != std::errc{} && read.ec != std::errc::result_out_of_range)) {
    return std::nullopt;
  }
  return read.ec == std::errc{} ? number : ~std::uint64_t{0}; // beyond the end of whatever there is
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  return first == std::string_view::npos ? std::string_view{}
                                         : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Whether an If-None-Match names the tag: a list of quoted tags, perhaps weak ones, or "*".
bool names_tag(std::string_view list, std::string_view quoted) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    auto one = trimmed(list.substr(0, comma));
    if (one.starts_with("W/")) {
      one.remove_prefix(2);
    }
    if (one == "*" || one == quoted) {
      return true;
    }
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
  return false;
}

std::vector<domain::shared_bytes> pieces_of(const http_body& body) {
  if (const auto* pieces = std::get_if<std::vector<domain::shared_bytes>>(&body)) {
    return *pieces;
  }
  if (const auto* bytes = std::get_if<domain::shared_bytes>(&body)) {
    return {*bytes};
  }
  return {domain::shared_bytes::copy_of(std::get<std::string>(body))};
}

std::vector<domain::shared_bytes> cut(const std::vector<domain::shared_bytes>& pieces, body_range wanted) {
  std::vector<domain::shared_bytes> part;
  for (const auto& piece : pieces) {
    if (wanted.first < piece.size() && wanted.count > 0) {
      part.push_back(piece.slice(wanted.first, wanted.count));
      wanted.count -= part.back().size();
      wanted.first = 0;
    } else {
      wanted.first -= std::min<std::uint64_t>(wanted.first, piece.size());
    }
  }
  return part;
}

void refuse_range(http_response& answer, std::uint64_t size) {
  auto refusal = message_answer(416, "the range begins behind the end: there are " + std::to_string(size) + " bytes");
  refusal.headers.emplace_back("Content-Range", "bytes */" + std::to_string(size));
  answer = std::move(refusal);
}

} // namespace

wanted_range range_of(std::string_view header, std::uint64_t size) {
  if (!header.starts_with(bytes_unit)) {
    return whole_body{};
  }
  const auto text = trimmed(header.substr(bytes_unit.size()));
  const auto dash = text.find('-');
  if (dash == std::string_view::npos || text.find(',') != std::string_view::npos) {
    return whole_body{};
  }
  const auto last = number_of(text.substr(dash + 1));
  if (dash == 0) { // the last so many bytes
    if (!last) {
      return whole_body{};
    }
    const auto count = std::min(*last, size);
    return count == 0 ? wanted_range{beyond_body{}} : body_range{size - count, count};
  }
  const auto first = number_of(text.substr(0, dash));
  const bool is_open = dash + 1 == text.size();
  if (!first || (!last && !is_open) || (last && *last < *first)) {
    return whole_body{};
  }
  if (*first >= size) {
    return beyond_body{};
  }
  return body_range{*first, std::min(last.value_or(size - 1), size - 1) - *first + 1};
}

std::vector<std::string_view> views_of(const http_body& body) {
  if (const auto* text = std::get_if<std::string>(&body)) {
    return {*text};
  }
  if (const auto* bytes = std::get_if<domain::shared_bytes>(&body)) {
    return {bytes->text()};
  }
  std::vector<std::string_view> views;
  for (const auto& piece : std::get<std::vector<domain::shared_bytes>>(body)) {
    views.push_back(piece.text());
  }
  return views;
}

std::uint64_t size_of(const http_body& body) {
  std::uint64_t size = 0;
  for (const auto view : views_of(body)) {
    size += view.size();
  }
  return size;
}

void apply_conditions(const http_request& request, http_response& answer) {
  if (answer.status != 200 || answer.entity_tag.empty()) {
    return;
  }
  const auto quoted = '"' + answer.entity_tag + '"';
  answer.headers.emplace_back("ETag", quoted);
  answer.headers.emplace_back("Accept-Ranges", "bytes");
  if (names_tag(request.header("If-None-Match"), quoted)) {
    answer.status = 304;
    answer.body = std::string{};
    return;
  }
  const auto unless_changed = request.header("If-Range");
  if (request.method != "GET" || (!unless_changed.empty() && unless_changed != quoted)) {
    return;
  }
  const auto size = size_of(answer.body);
  const auto wanted = range_of(request.header("Range"), size);
  if (std::holds_alternative<beyond_body>(wanted)) {
    refuse_range(answer, size);
  } else if (const auto* range = std::get_if<body_range>(&wanted)) {
    answer.status = 206;
    answer.headers.emplace_back("Content-Range", "bytes " + std::to_string(range->first) + '-' +
                                                     std::to_string(range->first + range->count - 1) + '/' +
                                                     std::to_string(size));
    answer.body = cut(pieces_of(answer.body), *range);
  }
}

} // namespace fedloom::runtime
