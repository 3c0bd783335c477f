#include "actors/transport/zmq_gateway.hpp"

#include "actors/kernel/logger.hpp"
#include "actors/transport/gateway_thread.hpp"

#include <cassert>
#include <thread>

namespace fedloom::transport {

namespace {

class threaded_gateway final : public zmq_gateway {
public:
  threaded_gateway(zmq_gateway_config config, inbox to, std::unique_ptr<zmq_context> context,
                   std::optional<zmq_socket> router)
      : queued_sends_(config.limits.queued_sends), endpoint_(router ? router->endpoint() : ""),
        life_(std::move(config), std::move(to), shared_, std::move(context), std::move(router)) {}

  ~threaded_gateway() override {
    shared_->commands.close();
    thread_.join();
  }

  void start() {
    thread_ = std::thread([this] { life_.run(); });
  }

  std::string endpoint() const override { return endpoint_; }

  peer_id dial(const std::string& endpoint) override {
    const auto peer = shared_->new_peer();
    shared_->commands.push(dial_command{peer, endpoint});
    return peer;
  }

  void hang_up(peer_id peer) override { shared_->commands.push(hang_up_command{peer}); }

  void send(peer_id to, domain::message what) override {
    auto wire = codec::encode(what);
    if (!wire) {
      kernel::log(kernel::log_level::error, "transport", "message-not-encoded",
                  {{"kind", std::string{domain::name_of(what.what)}}, {"reason", domain::to_string(wire.error())}});
    }
    if (!wire || !shared_->commands.push_send({to, std::move(*wire)}, queued_sends_)) {
      counter_cells::add(shared_->counters.sends_dropped);
    }
  }

  void identify(peer_id peer, std::string identity) override {
    shared_->commands.push(identify_command{peer, std::move(identity)});
  }

  gateway_counters counters() const override { return shared_->counters.read(); }

private:
  std::size_t queued_sends_;
  std::string endpoint_;
  std::shared_ptr<gateway_shared> shared_ = std::make_shared<gateway_shared>();
  gateway_thread life_; // its sockets move to the thread when that starts, and end here after it
  std::thread thread_;
};

} // namespace

domain::expected<std::unique_ptr<zmq_gateway>> zmq_gateway::open(zmq_gateway_config config, inbox to) {
  assert(to.deliver && to.notice);
  auto context = std::make_unique<zmq_context>(config.io_threads);
  std::optional<zmq_socket> router;
  if (!config.bind.empty()) {
    auto bound = zmq_socket::bound(*context, config);
    if (!bound) {
      return tl::unexpected(bound.error());
    }
    router.emplace(std::move(*bound));
  }
  auto gateway =
      std::make_unique<threaded_gateway>(std::move(config), std::move(to), std::move(context), std::move(router));
  gateway->start();
  return gateway;
}

} // namespace fedloom::transport
