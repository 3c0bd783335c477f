#include "services/controller/routes/row_id.hpp"

#include <charconv>

namespace fedloom::controller {

namespace {

/// Up to the next colon, which goes too.
std::string_view take_word(std::string_view& from) {
  const auto colon = from.find(':');
  const auto word = from.substr(0, colon);
  from.remove_prefix(colon == std::string_view::npos ? from.size() : colon + 1);
  return word;
}

std::optional<domain::task_kind> kind_named(std::string_view word) {
  for (const auto kind : {domain::task_kind::train, domain::task_kind::validate}) {
    if (word == to_string(kind)) {
      return kind;
    }
  }
  return std::nullopt;
}

} // namespace

std::optional<std::uint64_t> running_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = read.ec == std::errc{} && read.ptr == text.data() + text.size();
  return is_number && !text.starts_with('0') ? std::optional(number) : std::nullopt;
}

std::string to_string(const row_id& id) {
  auto text = std::to_string(id.round) + ':' + std::string{to_string(id.kind)} + ':' + id.client.value();
  return id.key.empty() ? text : text + ':' + id.key;
}

std::optional<row_id> row_id_from(std::string_view text) {
  const auto number = running_number(take_word(text));
  const auto kind = kind_named(take_word(text));
  const auto client = take_word(text);
  if (!number || !kind || !domain::valid_name(client)) {
    return std::nullopt;
  }
  return row_id{*number, *kind, domain::client_id{std::string{client}}, std::string{text}};
}

} // namespace fedloom::controller
