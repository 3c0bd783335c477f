#pragma once
#include "messages/domain/bytes.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace fedloom::runtime {

/// Header names, without regard to case.
struct header_less {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const;
};

/// A body, or the file of a multipart body, that was streamed to disk. Removes the file when it dies, unless somebody
/// renamed it away. Moves only.
class uploaded_file {
public:
  uploaded_file(std::string in_field, std::string called, std::filesystem::path at)
      : field(std::move(in_field)), name(std::move(called)), path(std::move(at)) {}
  uploaded_file(uploaded_file&& other) noexcept;
  uploaded_file& operator=(uploaded_file&&) = delete;
  ~uploaded_file();

  std::string field; ///< the form's field; empty: the body was no form
  std::string name;  ///< what the sender calls the file; never use it as a path
  std::filesystem::path path;
  std::uint64_t bytes = 0;
};

struct http_request {
  std::string method;
  std::string path;                                        ///< as sent, still encoded, without the query
  std::string peer;                                        ///< the sender's address
  std::map<std::string, std::string> parameters;           ///< of the path template, decoded
  std::map<std::string, std::string> query;                ///< decoded; of a repeated name the last value
  std::map<std::string, std::string, header_less> headers; ///< of a repeated name the last value
  std::string body;                                        ///< empty for routes with body_to_file
  std::map<std::string, std::string> fields;               ///< multipart bodies of routes with body_to_file
  std::optional<uploaded_file> file;                       ///< routes with body_to_file

  /// Empty when there is none.
  std::string_view header(std::string_view name) const;
  /// The query's value, or `otherwise`.
  std::string query_or(const std::string& name, std::string otherwise) const;
};

/// Shared bytes are sent without a copy; several are sent one behind the other.
using http_body = std::variant<std::string, domain::shared_bytes, std::vector<domain::shared_bytes>>;

struct http_response {
  int status = 200;
  std::string content_type = "application/json";
  http_body body;
  std::vector<std::pair<std::string, std::string>> headers;
  /// Names these very bytes, without quotes. With one, the server sends parts of the body to who asks for them, and
  /// nothing to who has it.
  std::string entity_tag{};
};

/// An open stream of server-sent events, on the connection's own thread.
class event_stream {
public:
  virtual ~event_stream() = default;
  /// Blocks while the reader is slow. False: the reader has gone or the server is stopping; return from the handler.
  virtual bool send(std::string_view event, std::string_view data) = 0;
  /// A comment line: finds out whether the reader is still there. Send one every few seconds when nothing happens.
  virtual bool keep_alive() = 0;
  /// Wakes a wait on a std::condition_variable_any when the server stops.
  virtual std::stop_token ending() const = 0;
};

/// Called on a server thread, several at once. May block for a moment, with a limit; exceptions become a 500.
using http_handler = std::function<http_response(http_request&)>;
/// The stream ends when the handler returns.
using event_handler = std::function<void(http_request&, event_stream&)>;

} // namespace fedloom::runtime
