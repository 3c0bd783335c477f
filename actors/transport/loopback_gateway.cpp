#include "actors/transport/loopback_gateway.hpp"

#include "actors/kernel/logger.hpp"
#include "actors/transport/loopback_state.hpp"

#include <cassert>
#include <utility>

namespace fedloom::transport {

namespace {

/// One gateway of the net.
class loopback_member final : public gateway {
public:
  loopback_member(std::shared_ptr<loopback_state> net, const std::string& bind, inbox to, const gateway_limits& limits)
      : net_(std::move(net)), node_(net_->enter(this, bind, std::move(to), limits)) {}
  ~loopback_member() override { net_->leave(node_); }

  peer_id dial(const std::string& endpoint) override { return net_->dial(node_, endpoint); }
  void hang_up(peer_id peer) override { net_->hang_up(node_, peer); }
  void identify(peer_id peer, std::string identity) override { net_->identify(node_, peer, std::move(identity)); }
  gateway_counters counters() const override { return node_->counters.read(); }

  void send(peer_id to, domain::message what) override {
    auto wire = codec::encode(what);
    if (!wire) {
      kernel::log(kernel::log_level::error, "transport", "message-not-encoded",
                  {{"kind", std::string{domain::name_of(what.what)}}, {"reason", domain::to_string(wire.error())}});
      counter_cells::add(node_->counters.sends_dropped);
      return;
    }
    net_->send(node_, to, std::move(*wire));
  }

private:
  std::shared_ptr<loopback_state> net_;
  loopback_state::node_ptr node_;
};

} // namespace

loopback_net::loopback_net() : state_(std::make_shared<loopback_state>()) {}
loopback_net::~loopback_net() = default;

domain::expected<std::unique_ptr<gateway>> loopback_net::open(const std::string& bind, inbox to,
                                                              gateway_limits limits) {
  assert(to.deliver && to.notice);
  if (state_->bound(bind)) {
    return domain::failure(domain::errc::unavailable, "cannot bind " + bind + ": somebody is there");
  }
  return std::make_unique<loopback_member>(state_, bind, std::move(to), limits);
}

bool loopback_net::deliver_one() {
  return state_->deliver_one();
}

std::size_t loopback_net::deliver_all() {
  std::size_t count = 0;
  while (deliver_one()) {
    ++count;
  }
  return count;
}

void loopback_net::set_time(domain::instant now) {
  state_->set_time(now);
}
void loopback_net::lose_if(std::function<bool(const passage&)> decides) {
  state_->lose_if(std::move(decides));
}
void loopback_net::cut(const gateway& owner, peer_id peer) {
  state_->cut(owner, peer);
}
void loopback_net::hold(const gateway& reader) {
  state_->set_held(reader, true);
}
void loopback_net::resume(const gateway& reader) {
  state_->set_held(reader, false);
}
void loopback_net::inject(const std::string& endpoint, std::vector<domain::shared_bytes> parts) {
  state_->inject(endpoint, std::move(parts));
}

} // namespace fedloom::transport
