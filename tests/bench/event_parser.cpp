#include "tests/bench/event_parser.hpp"

#include <algorithm>

namespace fedloom::bench {

namespace {

/// "field: value" without the field; nothing if the line is another field's.
std::optional<std::string_view> value_of(std::string_view line, std::string_view field) {
  if (!line.starts_with(field) || line.substr(field.size(), 1) != ":") {
    return std::nullopt;
  }
  line.remove_prefix(field.size() + 1);
  return line.starts_with(' ') ? line.substr(1) : line;
}

std::optional<server_event> event_in(std::string_view block) {
  server_event found{"message", {}};
  bool has_data = false;
  while (!block.empty()) {
    const auto line = block.substr(0, block.find('\n'));
    block.remove_prefix(std::min(block.size(), line.size() + 1));
    if (const auto name = value_of(line, "event")) {
      found.name = *name;
    } else if (const auto data = value_of(line, "data")) {
      found.data += (has_data ? "\n" : "") + std::string(*data);
      has_data = true;
    }
  }
  return has_data ? std::optional{std::move(found)} : std::nullopt;
}

} // namespace

std::optional<server_event> event_parser::next() {
  for (auto end = unread_.find("\n\n"); end != std::string::npos; end = unread_.find("\n\n")) {
    const auto block = unread_.substr(0, end);
    unread_.erase(0, end + 2);
    if (auto event = event_in(block)) {
      return event;
    }
  }
  return std::nullopt;
}

} // namespace fedloom::bench
