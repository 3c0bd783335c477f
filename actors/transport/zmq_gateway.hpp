#pragma once
#include "actors/transport/gateway.hpp"

namespace fedloom::transport {

struct zmq_gateway_config {
  std::string bind;          ///< "tcp://127.0.0.1:7700"; port 0 picks a free one; empty: this service only dials
  gateway_limits limits;
  int io_threads = 1;
  domain::milliseconds heartbeat_interval{1000}; ///< ZeroMQ's own, so that a vanished host is noticed
  domain::milliseconds heartbeat_timeout{3000};
};

/// A gateway on ZeroMQ: one thread owns the ROUTER and every DEALER and sleeps in epoll on their file descriptors and
/// an eventfd.
class zmq_gateway : public gateway {
public:
  /// Binds, starts the thread. `unavailable` names the endpoint when it cannot be bound.
  static domain::expected<std::unique_ptr<zmq_gateway>> open(zmq_gateway_config config, inbox to);
  /// The bound endpoint with the real port; empty when nothing was bound.
  virtual std::string endpoint() const = 0;
};

} // namespace fedloom::transport
