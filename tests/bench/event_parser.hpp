#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace fedloom::bench {

struct server_event {
  std::string name;
  std::string data;
};

/// Reads server-sent events from bytes that arrive in any pieces.
class event_parser {
public:
  void feed(std::string_view bytes) { unread_ += bytes; }
  /// The next whole event with data; comments are passed over.
  std::optional<server_event> next();

private:
  std::string unread_;
};

} // namespace fedloom::bench
