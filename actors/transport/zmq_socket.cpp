#include "actors/transport/zmq_socket.hpp"

#include <array>
#include <cerrno>

namespace fedloom::transport {

namespace {

/// Messages that ZeroMQ holds per connection and direction. It counts messages, not bytes: enough small ones to keep a
/// connection busy, few enough that 1 MiB chunks to a slow peer do not fill the memory.
constexpr int high_water_mark = 64;
constexpr int connections_in_backlog = 4096;
constexpr int handshake_ms = 10000;
/// A server that is started again takes a second or so; whoever it served should not take another one to notice.
constexpr int reconnect_first_ms = 50;
constexpr int reconnect_most_ms = 200;

std::string last_error() {
  return zmq_strerror(zmq_errno());
}

} // namespace

domain::expected<zmq_socket> zmq_socket::bound(zmq_context& context, const zmq_gateway_config& config) {
  auto socket = make(context, config, true);
  if (socket && zmq_bind(socket->raw_, config.bind.c_str()) != 0) {
    return domain::failure(domain::errc::unavailable, "cannot bind " + config.bind + ": " + last_error());
  }
  return socket;
}

domain::expected<zmq_socket> zmq_socket::connected(zmq_context& context, const zmq_gateway_config& config,
                                                   const std::string& endpoint) {
  auto socket = make(context, config, false);
  if (socket && zmq_connect(socket->raw_, endpoint.c_str()) != 0) {
    return domain::failure(domain::errc::config_invalid, "cannot dial \"" + endpoint + "\": " + last_error());
  }
  return socket;
}

domain::expected<zmq_socket> zmq_socket::make(zmq_context& context, const zmq_gateway_config& config, bool router) {
  void* raw = ::zmq_socket(context.raw(), router ? ZMQ_ROUTER : ZMQ_DEALER);
  if (raw == nullptr) {
    return domain::failure(domain::errc::unavailable, "no more sockets: " + last_error());
  }
  zmq_socket socket{raw, router};
  if (!socket.configure(config)) {
    return domain::failure(domain::errc::config_invalid, "a socket option was refused: " + last_error());
  }
  return socket;
}

zmq_socket::zmq_socket(zmq_socket&& other) noexcept
    : raw_(std::exchange(other.raw_, nullptr)), router_(other.router_) {}

zmq_socket::~zmq_socket() {
  if (raw_ != nullptr) {
    zmq_close(raw_);
  }
}

bool zmq_socket::set(int option, int value) {
  return zmq_setsockopt(raw_, option, &value, sizeof value) == 0;
}

bool zmq_socket::set(int option, const std::string& text) {
  return zmq_setsockopt(raw_, option, text.data(), text.size()) == 0;
}

bool zmq_socket::configure(const zmq_gateway_config& config) {
  const auto largest = static_cast<std::int64_t>(std::max(config.limits.payload_bytes, config.limits.frame_bytes));
  const bool common = zmq_setsockopt(raw_, ZMQ_MAXMSGSIZE, &largest, sizeof largest) == 0 &&
                      set(ZMQ_LINGER, linger_ms) && set(ZMQ_SNDHWM, high_water_mark) &&
                      set(ZMQ_RCVHWM, high_water_mark) && set(ZMQ_HANDSHAKE_IVL, handshake_ms) &&
                      configure_keepalive(config) && (!config.keys || configure_keys(*config.keys));
  if (!common) {
    return false;
  }
  if (router_) {
    return set(ZMQ_ROUTER_MANDATORY, 1) && set(ZMQ_BACKLOG, connections_in_backlog);
  }
  // IMMEDIATE: nothing is queued for a connection that does not stand, so that the queue in front, which has a bound
  // and a time limit, sees it.
  return set(ZMQ_IMMEDIATE, 1) && set(ZMQ_RECONNECT_IVL, reconnect_first_ms) &&
         set(ZMQ_RECONNECT_IVL_MAX, reconnect_most_ms);
}

/// Not ZeroMQ's own heartbeats: in 4.3.4 their timer aborts the process when it meets a connection that broke while we
/// were not reading from it ("Assertion failed: !_io_error").
bool zmq_socket::configure_keepalive(const zmq_gateway_config& config) {
  const auto pause = std::max<std::int64_t>(config.heartbeat_interval.count() / 1000, 1);
  const auto probes = std::max<std::int64_t>(config.heartbeat_timeout.count() / 1000 / pause, 1);
  // A peer that takes nothing must be left to stall_limit, which tells of it, before the kernel breaks the connection.
  const auto unanswered = config.heartbeat_timeout + config.limits.stall_limit;
  return set(ZMQ_TCP_KEEPALIVE, 1) && set(ZMQ_TCP_KEEPALIVE_IDLE, static_cast<int>(pause)) &&
         set(ZMQ_TCP_KEEPALIVE_INTVL, static_cast<int>(pause)) &&
         set(ZMQ_TCP_KEEPALIVE_CNT, static_cast<int>(probes)) &&
         set(ZMQ_TCP_MAXRT, static_cast<int>(unanswered.count()));
}

bool zmq_socket::configure_keys(const curve_keys& keys) {
  if (router_) {
    return set(ZMQ_CURVE_SERVER, 1) && set(ZMQ_CURVE_SECRETKEY, keys.own_secret);
  }
  return set(ZMQ_CURVE_SERVERKEY, keys.server_public) && set(ZMQ_CURVE_PUBLICKEY, keys.own_public) &&
         set(ZMQ_CURVE_SECRETKEY, keys.own_secret);
}

int zmq_socket::wake_fd() const {
  int fd = -1;
  std::size_t size = sizeof fd;
  zmq_getsockopt(raw_, ZMQ_FD, &fd, &size);
  return fd;
}

zmq_socket::readiness zmq_socket::events() {
  int events = 0;
  std::size_t size = sizeof events;
  while (zmq_getsockopt(raw_, ZMQ_EVENTS, &events, &size) != 0) {
    if (errno != EINTR) {
      return {};
    }
  }
  return {(events & ZMQ_POLLIN) != 0, (events & ZMQ_POLLOUT) != 0};
}

std::string zmq_socket::endpoint() const {
  std::array<char, 256> text{};
  std::size_t size = text.size();
  return zmq_getsockopt(raw_, ZMQ_LAST_ENDPOINT, text.data(), &size) == 0 ? text.data() : "";
}

send_result zmq_socket::send(std::string_view route, const codec::wire_message& what) {
  if (!route.empty()) {
    if (const auto result = put(zmq_part::copy_of(domain::as_bytes(route)), false); result != send_result::sent) {
      return result;
    }
  }
  const bool alone = what.payload.empty();
  auto result = put(zmq_part::copy_of(what.frame), alone);
  if (result == send_result::sent && !alone) {
    // `full` here: the connection broke between the parts, and ZeroMQ took the first one back.
    result = put(zmq_part::sharing(what.payload), true);
  }
  return result;
}

send_result zmq_socket::probe(std::string_view route) {
  const auto result = put(zmq_part::copy_of(domain::as_bytes(route)), false);
  return result == send_result::sent ? put({}, true) : result;
}

send_result zmq_socket::put(zmq_part part, bool last) {
  while (zmq_msg_send(part.raw(), raw_, ZMQ_DONTWAIT | (last ? 0 : ZMQ_SNDMORE)) < 0) {
    if (errno == EAGAIN) {
      return send_result::full;
    }
    if (errno != EINTR) {
      return send_result::unreachable;
    }
  }
  return send_result::sent;
}

bool zmq_socket::get(zmq_part& part) {
  while (zmq_msg_recv(part.raw(), raw_, ZMQ_DONTWAIT) < 0) {
    if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

std::optional<received> zmq_socket::receive() {
  received message;
  zmq_part surplus;
  bool more = true;
  if (router_) {
    if (!get(message.route)) {
      return std::nullopt;
    }
    more = !message.route.last();
  }
  while (more) {
    auto& part = message.parts == 0 ? message.frame : message.parts == 1 ? message.payload : surplus;
    if (!get(part)) {
      return message.parts == 0 ? std::nullopt : std::optional(std::move(message));
    }
    ++message.parts;
    more = !part.last();
  }
  return message;
}

} // namespace fedloom::transport
