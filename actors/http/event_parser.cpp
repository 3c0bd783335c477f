#include "actors/http/event_parser.hpp"

#include <utility>

namespace fedloom::http {

bool event_parser::feed(std::string_view bytes, const std::function<bool(const event&)>& take) {
  unread_.append(bytes);
  std::size_t begin = 0;
  for (auto end = unread_.find('\n'); end != std::string::npos; end = unread_.find('\n', begin)) {
    auto text = std::string_view{unread_}.substr(begin, end - begin);
    begin = end + 1;
    if (text.ends_with('\r')) {
      text.remove_suffix(1);
    }
    if (!line(text, take)) {
      return false;
    }
  }
  unread_.erase(0, begin);
  return true;
}

bool event_parser::line(std::string_view text, const std::function<bool(const event&)>& take) {
  if (text.empty()) {
    const auto done = std::exchange(open_, {});
    return !std::exchange(has_data_, false) || take(done);
  }
  const auto colon = text.find(':');
  const auto field = text.substr(0, colon);
  auto value = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
  if (value.starts_with(' ')) {
    value.remove_prefix(1);
  }
  if (field == "event") {
    open_.name = value;
  } else if (field == "data") {
    open_.data.append(has_data_ ? "\n" : "").append(value);
    has_data_ = true;
  }
  return true;
}

} // namespace fedloom::http
