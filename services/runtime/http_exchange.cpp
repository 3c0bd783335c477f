#include "services/runtime/http_exchange.hpp"

#include "services/runtime/http_range.hpp"
#include "services/runtime/json_answer.hpp"
#include "services/runtime/url.hpp"

#include <civetweb.h>

#include <algorithm>

namespace fedloom::runtime {

namespace {

/// mg_write counts in int: slices keep large bodies far from its end.
constexpr std::size_t write_slice = std::size_t{1} << 20;

bool write_all(mg_connection* connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = mg_write(connection, bytes.data(), std::min(bytes.size(), write_slice));
    if (written <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// A header's value must not begin a header of its own.
std::string one_line(std::string_view text) {
  std::string line{text};
  std::erase_if(line, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
  return line;
}

std::string head_of(const http_response& answer, bool stays_open) {
  std::string head = "HTTP/1.1 " + std::to_string(answer.status) + ' ' + std::string{reason_phrase(answer.status)} +
                     "\r\nConnection: " + (stays_open ? "keep-alive" : "close") + "\r\n";
  if (answer.status != 304) { // there it would be the length of what is not sent
    head += "Content-Length: " + std::to_string(size_of(answer.body)) + "\r\n";
  }
  if (answer.status != 204 && answer.status != 304) {
    head += "Content-Type: " + one_line(answer.content_type) + "\r\n";
  }
  for (const auto& [name, value] : answer.headers) {
    head += one_line(name) + ": " + one_line(value) + "\r\n";
  }
  return head + "\r\n";
}

/// What is marked so stays open.
int open_mark = 0;

} // namespace

void keep_open(mg_connection* connection, bool stays_open) {
  mg_set_user_connection_data(connection, stays_open ? &open_mark : nullptr);
  if (!stays_open) {
    mg_disable_connection_keep_alive(connection);
  }
}

http_request read_head(mg_connection* connection) {
  const auto* from = mg_get_request_info(connection);
  http_request request;
  request.method = from->request_method;
  request.path = from->local_uri != nullptr ? from->local_uri : from->request_uri;
  request.peer = from->remote_addr;
  if (from->query_string != nullptr) {
    request.query = parse_query(from->query_string);
  }
  for (int i = 0; i < from->num_headers; ++i) {
    request.headers.insert_or_assign(from->http_headers[i].name, from->http_headers[i].value);
  }
  return request;
}

domain::expected<void> receive_body(mg_connection* connection, const body_rule& rule, http_request& request) {
  const auto announced = mg_get_request_info(connection)->content_length;
  const bool acceptable = announced < 0 || static_cast<std::uint64_t>(announced) <= rule.limit;
  if (acceptable && request.header("expect") == "100-continue") {
    write_all(connection, "HTTP/1.1 100 Continue\r\n\r\n");
  }
  const auto source = [connection](std::span<char> into) {
    return static_cast<std::ptrdiff_t>(mg_read(connection, into.data(), into.size()));
  };
  auto received = read_body(source, announced, rule, request);
  if (!received) {
    // Otherwise civetweb reads the refused rest to its end, which may be gigabytes away.
    keep_open(connection, false);
  }
  return received;
}

void write_answer(mg_connection* connection, const http_response& answer, bool with_body) {
  auto pieces = with_body ? views_of(answer.body) : std::vector<std::string_view>{};
  auto head = head_of(answer, mg_get_user_connection_data(connection) == &open_mark);
  constexpr std::size_t small = std::size_t{16} << 10;
  if (pieces.size() == 1 && pieces.front().size() <= small) { // in one packet
    head += pieces.front();
    pieces.clear();
  }
  bool is_there = write_all(connection, head);
  for (const auto piece : pieces) {
    is_there = is_there && write_all(connection, piece);
  }
  if (!is_there) {
    keep_open(connection, false);
  }
}

bool connection_events::begin() {
  keep_open(connection_, false);
  return write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
               "X-Accel-Buffering: no\r\nConnection: close\r\n\r\n");
}

bool connection_events::send(std::string_view event, std::string_view data) {
  auto text = "event: " + one_line(event) + '\n';
  for (;;) { // a field ends with its line: each line of the data becomes one
    const auto end = data.find('\n');
    text += "data: " + one_line(data.substr(0, end)) + '\n';
    if (end == std::string_view::npos) {
      break;
    }
    data.remove_prefix(end + 1);
  }
  return write(text + '\n');
}

bool connection_events::keep_alive() {
  return write(":\n\n");
}

bool connection_events::write(const std::string& text) {
  gone_ = gone_ || ending_.stop_requested() || !write_all(connection_, text);
  return !gone_;
}

} // namespace fedloom::runtime
