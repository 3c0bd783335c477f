#pragma once
#include "actors/client/deps.hpp"
#include "actors/client/runtime/callback_trainer.hpp"
#include "actors/transport/zmq_gateway.hpp"
#include "services/runtime/actor_host.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace fedloom::bench {

/// N real clients in one process, each with its own connections, that share one gateway, one trainer (workload.hpp) and
/// two threads to run it on.
class crowd {
public:
  /// "client-1" to "client-N" join at `controller_endpoint`. When their supervision tree gives up, `stop` hears it.
  static domain::expected<std::unique_ptr<crowd>> join(std::uint32_t clients, const std::string& controller_endpoint,
                                                       const runtime::stop_request& stop);
  ~crowd();
  crowd(const crowd&) = delete;
  crowd& operator=(const crowd&) = delete;

private:
  crowd();
  client::deps_ptr make_client(const std::string& id, const std::string& controller_endpoint);

  client::callback_trainer trainer_;
  std::unique_ptr<client::probe> count_ = client::make_silent_probe();
  runtime::actor_host host_;
  std::unique_ptr<transport::zmq_gateway> mesh_;
  std::unique_ptr<kernel::worker> runner_;
};

} // namespace fedloom::bench
