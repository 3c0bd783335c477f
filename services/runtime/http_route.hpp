#pragma once
#include "messages/domain/expected.hpp"
#include "services/runtime/http_message.hpp"

#include <map>
#include <string>
#include <variant>
#include <vector>

namespace fedloom::runtime {

/// One line of a service's REST interface.
struct route {
  std::string method; ///< "GET" serves HEAD too
  std::string path;   ///< template, for example "/api/v1/sessions/{id}"; a segment is a word or a parameter
  std::variant<http_handler, event_handler> handler;
  bool body_to_file = false;    ///< the body, or a form's one file, is streamed to a temporary file
  std::uint64_t body_limit = 0; ///< bytes; 0: the server's default
};

/// Routes by method and path. Immutable; any thread. A word goes before a parameter ("/sessions/start" before
/// "/sessions/{id}"), whatever the order of entry; a trailing slash makes no difference.
class route_table {
public:
  /// `internal` when two routes have the same method and path.
  static domain::expected<route_table> make(std::vector<route> routes);

  struct found {
    const route* what = nullptr;
    std::map<std::string, std::string> parameters;
  };
  struct not_found {};
  struct wrong_method {
    std::string allowed; ///< for the Allow header: "GET, HEAD, POST"
  };
  using answer = std::variant<found, not_found, wrong_method>;
  answer match(const std::string& method, std::string_view path) const;

  const std::vector<route>& routes() const noexcept { return routes_; }

private:
  std::vector<route> routes_;
  std::vector<std::vector<std::string>> templates_; ///< the routes' segments
};

} // namespace fedloom::runtime
