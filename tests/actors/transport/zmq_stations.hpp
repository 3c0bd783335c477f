#pragma once
#include "actors/transport/zmq_gateway.hpp"
#include "tests/contract/mailbox.hpp"

namespace fedloom::transport {

inline constexpr const char* any_tcp_port = "tcp://127.0.0.1:0";

/// A zmq_gateway with its mailbox, or the error as an exception of tl::expected.
inline std::unique_ptr<station> open_station(zmq_gateway_config config) {
  auto opened = std::make_unique<station>();
  auto door = zmq_gateway::open(std::move(config), opened->box.entry()).value();
  opened->endpoint = door->endpoint();
  opened->door = std::move(door);
  return opened;
}

inline std::unique_ptr<station> open_station(std::string bind, gateway_limits limits = {}) {
  zmq_gateway_config config;
  config.bind = std::move(bind);
  config.limits = limits;
  return open_station(std::move(config));
}

} // namespace fedloom::transport
