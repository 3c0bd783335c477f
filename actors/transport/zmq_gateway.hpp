#pragma once
#include "actors/transport/gateway.hpp"

#include <optional>

namespace fedloom::transport {

/// CURVE keys in Z85 text (40 characters each), as `zmq_curve_keypair` makes them. With them every connection is
/// encrypted, and who dials knows that it speaks to the owner of `server_public`; who may dial is decided above, by
/// token or ticket.
struct curve_keys {
  std::string own_public;
  std::string own_secret;
  std::string server_public; ///< of the services that are dialled; not used for the listening socket
};

struct zmq_gateway_config {
  std::string bind; ///< "tcp://127.0.0.1:7700"; port 0 picks a free one; empty: this service only dials
  gateway_limits limits;
  int io_threads = 1;
  /// The kernel's keepalive on every connection, so that a vanished host is noticed: asked so often (whole seconds, at
  /// least 1), given up after so long. A process that only stands still answers it: leases find that out.
  domain::milliseconds heartbeat_interval{1000};
  domain::milliseconds heartbeat_timeout{3000};
  std::optional<curve_keys> keys; ///< none: connections are plain
};

/// A gateway on ZeroMQ: one thread owns the ROUTER and every DEALER and sleeps in epoll on their file descriptors and
/// an eventfd. Its destructor gives what is queued at most a few hundred milliseconds to leave, and joins the thread;
/// it must not be called on that thread, that is in the inbox.
class zmq_gateway : public gateway {
public:
  /// Binds, starts the thread. `unavailable` names the endpoint when it cannot be bound, `config_invalid` refuses keys
  /// that are none.
  static domain::expected<std::unique_ptr<zmq_gateway>> open(zmq_gateway_config config, inbox to);
  /// The bound endpoint with the real port; empty when nothing was bound.
  virtual std::string endpoint() const = 0;
};

} // namespace fedloom::transport
