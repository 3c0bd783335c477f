#pragma once
#include "messages/domain/expected.hpp"
#include "services/runtime/http_route.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace fedloom::runtime {

struct http_config {
  std::string bind = "127.0.0.1"; ///< an address of this machine; "0.0.0.0": all
  std::uint16_t port = 0;         ///< 0: any free one, see port()
  unsigned threads = 16;          ///< requests served at once, event streams included; more wait in line
  unsigned event_streams = 8;     ///< open at once, less than `threads`; 503 beyond
  std::uint64_t body_limit = std::uint64_t{64} << 20; ///< bytes, for routes that do not say; 413 beyond
  std::chrono::milliseconds io_timeout{30000};        ///< without a byte from or to the peer
  std::filesystem::path upload_folder;                ///< for streamed bodies; empty: the system's temporary folder
  std::function<void(const std::string& what)> on_failure; ///< exceptions of handlers, for the log; any thread
};

/// HTTP/1.1 for REST, pages, downloads and server-sent events. A connection closes behind its
/// answer, unless the request says "Connection: keep-alive" and no more than half of the threads have one. Unknown
/// paths answer 404, other methods 405, too large bodies 413, exceptions 500, each as {"message": ...}. Runs until it
/// dies: the destructor ends the event streams and waits for the handlers (so they must not wait for whoever destroys
/// the server).
class http_server {
public:
  /// `unavailable` if the address cannot be bound, `config_invalid`, or `internal` for two routes of the same place.
  static domain::expected<std::unique_ptr<http_server>> start(http_config config, std::vector<route> routes);
  ~http_server();
  http_server(const http_server&) = delete;
  http_server& operator=(const http_server&) = delete;

  std::uint16_t port() const;
  /// "http://127.0.0.1:8092"
  std::string url() const;
  /// In the order of entry; the OpenAPI document is compared with it.
  const std::vector<route>& routes() const;

  struct state; ///< known to http_server.cpp alone

private:
  explicit http_server(std::unique_ptr<state> what);
  std::unique_ptr<state> state_;
};

} // namespace fedloom::runtime
