#pragma once
#include "actors/transport/zmq_context.hpp"
#include "actors/transport/zmq_gateway.hpp"
#include "actors/transport/zmq_part.hpp"
#include "messages/codec/frame.hpp"

#include <optional>
#include <string_view>

namespace fedloom::transport {

enum class send_result : std::uint8_t {
  sent,        ///< handed to ZeroMQ as a whole
  full,        ///< nothing was sent: try again when the socket becomes writable
  unreachable, ///< nothing was sent: there is no such connection (any more)
};

/// One message as it came: `[routing id][frame][payload]` without the routing id on a dialled socket.
struct received {
  zmq_part route;
  zmq_part frame;
  zmq_part payload;
  std::size_t parts = 0; ///< without the route; what is beyond the second was thrown away
};

/// A ROUTER that is bound or a DEALER that is connected. Never blocks. One thread at a time.
class zmq_socket {
public:
  /// How long what was sent may linger after the socket closed: enough for a goodbye.
  static constexpr int linger_ms = 200;

  static domain::expected<zmq_socket> bound(zmq_context& context, const zmq_gateway_config& config);
  /// An endpoint where nobody listens (yet) is fine, one that cannot be read is `config_invalid`.
  static domain::expected<zmq_socket> connected(zmq_context& context, const zmq_gateway_config& config,
                                                const std::string& endpoint);
  zmq_socket(zmq_socket&& other) noexcept;
  zmq_socket& operator=(zmq_socket&&) = delete;
  ~zmq_socket();

  /// Becomes readable when the socket's state may have changed, once: after any send or receive `events` has to be
  /// asked before sleeping on it again.
  int wake_fd() const;
  struct readiness {
    bool readable = false, writable = false;
  };
  readiness events();
  /// Where it is bound, with the real port.
  std::string endpoint() const;

  /// `route` is empty on a dialled socket.
  send_result send(std::string_view route, const codec::wire_message& what);
  /// Sends an empty message, which every gateway ignores: only to learn whether the route still exists.
  send_result probe(std::string_view route);
  std::optional<received> receive();

private:
  explicit zmq_socket(void* raw, bool router) : raw_(raw), router_(router) {}
  static domain::expected<zmq_socket> make(zmq_context& context, const zmq_gateway_config& config, bool router);
  bool set(int option, int value);
  bool set(int option, const std::string& text);
  bool configure(const zmq_gateway_config& config);
  bool configure_keepalive(const zmq_gateway_config& config);
  bool configure_keys(const curve_keys& keys);
  send_result put(zmq_part part, bool last);
  bool get(zmq_part& part);

  void* raw_;
  bool router_;
};

} // namespace fedloom::transport
