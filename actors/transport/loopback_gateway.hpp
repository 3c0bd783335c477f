#pragma once
#include "actors/transport/gateway.hpp"
#include "messages/domain/chrono.hpp"

#include <vector>

namespace fedloom::transport {

class loopback_state;

/// A mesh inside one process, for tests and the simulation: gateways that keep the gateway contract, encode and decode
/// everything, but have no thread. Nothing moves until somebody asks for it; then inboxes are called on that thread,
/// one message at a time, in the order of sending. From an inbox, gateways may be used freely.
///
/// A gateway may be used from any thread; deliver_* from one at a time, and a gateway dies on the thread that delivers.
/// The net must outlive its gateways. There is no clock: `stall_limit` does not count, and time for alive notices is
/// what set_time said.
class loopback_net {
public:
  loopback_net();
  ~loopback_net();
  loopback_net(const loopback_net&) = delete;
  loopback_net& operator=(const loopback_net&) = delete;

  /// `bind`: any text with "://" in it, the endpoint for others to dial; empty: this gateway only dials. `unavailable`
  /// when a living gateway is bound there. Who dials an endpoint before it exists waits for it.
  domain::expected<std::unique_ptr<gateway>> open(const std::string& bind, inbox to, gateway_limits limits = {});

  /// Delivers one message or notice. False: there is none that can be delivered now.
  bool deliver_one();
  /// Until there is none. Returns how many.
  std::size_t deliver_all();
  void set_time(domain::instant now);

  /// A message on its last step.
  struct passage {
    const gateway* from; ///< may be gone already: only compare it
    const gateway* to;
    const domain::message& what;
  };
  /// What `decides` says true of is lost. Replaces the hook before.
  void lose_if(std::function<bool(const passage&)> decides);
  /// Breaks a connection: what is under way on it is lost in both directions. Who dialled is connected again at once,
  /// as a new peer.
  void cut(const gateway& owner, peer_id peer);
  /// The gateway stops reading: what is sent to it waits, up to the sender's limits, until `resume`.
  void hold(const gateway& reader);
  void resume(const gateway& reader);
  /// Arbitrary parts from a stranger, who says nothing else, to the gateway bound at `endpoint`.
  void inject(const std::string& endpoint, std::vector<domain::shared_bytes> parts);

private:
  std::shared_ptr<loopback_state> state_;
};

} // namespace fedloom::transport
