#pragma once
#include <functional>
#include <string>
#include <string_view>

namespace fedloom::http {

struct event {
  std::string name = "message";
  std::string data;
  bool operator==(const event&) const = default;
};

/// Server-sent events out of bytes that come in any pieces. Comments and events without data are passed over.
class event_parser {
public:
  /// Hands each event that is complete to `take`; false from it: stop here. False if it said so.
  bool feed(std::string_view bytes, const std::function<bool(const event&)>& take);

private:
  bool line(std::string_view text, const std::function<bool(const event&)>& take);

  std::string unread_;
  event open_;
  bool has_data_ = false;
};

} // namespace fedloom::http
