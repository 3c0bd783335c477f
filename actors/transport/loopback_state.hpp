#pragma once
#include "actors/transport/counter_cells.hpp"
#include "actors/transport/loopback_gateway.hpp"
#include "messages/codec/frame.hpp"
#include "messages/domain/chrono.hpp"

#include <array>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <variant>
#include <vector>

namespace fedloom::transport {

/// Everything about a loopback_net, behind one lock that is never held while an inbox is called.
class loopback_state {
public:
  struct node;
  using node_ptr = std::shared_ptr<node>;

  node_ptr enter(const gateway* self, const std::string& bind, inbox to, const gateway_limits& limits);
  void leave(const node_ptr& who);
  bool bound(const std::string& endpoint) const;

  peer_id dial(const node_ptr& who, const std::string& endpoint);
  void hang_up(const node_ptr& who, peer_id peer);
  void send(const node_ptr& who, peer_id to, codec::wire_message what);
  void identify(const node_ptr& who, peer_id peer, std::string identity);

  bool deliver_one();
  void cut(const gateway& owner, peer_id peer);
  void set_held(const gateway& reader, bool held);
  void inject(const std::string& endpoint, std::vector<domain::shared_bytes> parts);
  void set_time(domain::instant now);
  void lose_if(std::function<bool(const loopback_net::passage&)> decides);

  /// One side's view of a connection.
  struct end {
    std::size_t link = 0; ///< index in links_
    bool dialled = false;
    std::string identity;
    std::optional<domain::instant> noticed; ///< when `alive` was last told
  };
  /// A gateway as the net knows it.
  struct node {
    const gateway* self = nullptr;
    std::string bind;
    inbox to;
    gateway_limits limits;
    counter_cells counters;
    std::map<peer_id, end> ends;
    std::uint64_t last_peer = 0;
    bool held = false;
  };

private:
  enum direction : std::size_t { to_dialler, to_listener };
  struct load {
    std::size_t messages = 0, bytes = 0;
  };
  /// A connection. It stands as long as its dialler wants it; the listening side may come and go.
  struct connection {
    node_ptr dialler;
    peer_id at_dialler;
    std::string endpoint;
    node_ptr listener;   ///< none: nobody there, or the connection broke
    peer_id at_listener; ///< 0: the next message makes a new peer
    bool closed = false; ///< the dialler hung up; what it sent before still arrives
    std::array<load, 2> under_way;
  };
  struct parcel {
    std::size_t link = 0;
    direction towards = to_dialler;
    const gateway* sender = nullptr;
    codec::wire_message what;
  };
  struct stray {
    std::string endpoint;
    std::vector<domain::shared_bytes> parts;
  };
  struct own_notice {
    node_ptr to;
    peer_notice what;
  };
  using transit = std::variant<parcel, stray, own_notice>;
  /// What is to be called once the lock is released.
  struct delivery {
    node_ptr to;
    const gateway* from = nullptr;
    std::vector<peer_notice> notices;
    std::optional<inbound> message;
  };

  node_ptr listener_at(const std::string& endpoint) const;
  node_ptr receiver_of(const transit& what) const;
  std::size_t add_link(connection added);
  void forget(const node_ptr& who, peer_id peer);
  void lose(const node_ptr& who, peer_id peer);
  std::size_t drop_under_way(std::size_t index, direction towards);
  void open(parcel what, delivery& next);
  void open(stray what, delivery& next);
  void open(own_notice what, delivery& next);
  void hand_over(std::size_t index, direction towards, domain::expected<domain::message> what, std::size_t bytes,
                 delivery& next);
  peer_id arrive(std::size_t index, const node_ptr& at);

  mutable std::mutex mutex_;
  std::vector<node_ptr> nodes_;
  std::deque<connection> links_; ///< never shortened, so that references and indices stay good
  std::deque<transit> under_way_;
  domain::instant now_{};
  std::function<bool(const loopback_net::passage&)> lose_if_;
};

} // namespace fedloom::transport
