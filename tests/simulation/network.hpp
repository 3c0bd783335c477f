#pragma once
#include "actors/transport/gateway.hpp"
#include "tests/simulation/surroundings.hpp"

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace fedloom::simulation {

class port;

struct network_limits {
  domain::milliseconds longest_way{20};  ///< of one message
  domain::milliseconds redial_pause{50}; ///< while nobody listens
  double lost_with_process = 0.5;        ///< what a dead process had sent, or was sent, is lost with this chance
  double cut_is_noticed = 0.5;           ///< by each side
};

/// Connections between processes, in memory and in virtual time. What is sent over one connection arrives in order or
/// not at all; between connections anything may overtake anything.
class network {
public:
  explicit network(surroundings& around, network_limits limits = {})
      : around_(around), world_(around.clock), limits_(limits) {}

  /// A process joins; `endpoint` is empty for one that only dials. The name is for traces.
  std::unique_ptr<port> attach(std::string name, std::string endpoint, transport::inbox to);
  /// Breaks a connection by chance: what is on its way is lost, and the side that listened does not know the other any
  /// more. With an endpoint: one of those that were dialled there.
  void cut_one(const std::string& endpoint = {});
  /// Holds up a connection by chance: nothing is lost, but nothing arrives for so long, even if its dialler has given
  /// it up.
  void stall_one(duration pause, const std::string& endpoint = {});
  /// For so long nothing passes between these processes and all others; then some of their connections turn out to be
  /// broken.
  void part(std::set<std::string> group, duration pause);
  /// For so long messages arrive twice now and then. Credit does not: it is the one that adds.
  void echo(duration pause) { echoes_until_ = world_.now() + pause; }
  /// The process of this name takes nothing for so long.
  void freeze(const std::string& name, duration pause);
  planted_bug planted() const noexcept { return around_.planted; }

private:
  friend class port;
  using connection_number = std::uint64_t;
  struct pipe {
    std::deque<std::pair<domain::instant, domain::message>> waiting;
    domain::instant last{};
    bool pumping = false;
  };
  struct connection {
    port* dialler = nullptr; ///< none: hung up
    std::string dialler_name;
    transport::peer_id dialled_peer;
    std::string endpoint;
    port* acceptor = nullptr; ///< none: the next message makes a new peer
    transport::peer_id accepted_peer;
    domain::instant stalled_until{};
    pipe up; ///< dialler -> acceptor
    pipe down;
  };

  struct partition {
    std::set<std::string> group;
    domain::instant heals;
    bool divides(const std::string& one, const std::string& other) const {
      return group.contains(one) != group.contains(other);
    }
  };

  connection* any(const std::string& endpoint);
  void cut(connection& at);
  void heal();
  domain::instant held_up_until(const connection& at, const port* to) const;
  void put(connection_number number, pipe& into, bool upwards, domain::message what);
  void pump(connection_number number, bool upwards, duration pause);
  void pumped_up(connection_number number, connection& at);
  void pumped_down(connection_number number, connection& at);
  void lose_with_process(pipe& what);

  surroundings& around_;
  world& world_;
  network_limits limits_;
  std::map<connection_number, connection> connections_;
  std::map<std::string, port*> listeners_;
  std::map<std::string, port*> ports_;         ///< by name
  std::map<std::string, std::string> name_at_; ///< by endpoint, also of who is not there at the moment
  std::vector<partition> partitions_;
  domain::instant echoes_until_{};
  std::uint64_t next_number_ = 1;
};

/// One process's gateway.
class port final : public transport::gateway {
public:
  port(network& in, std::string name, std::string endpoint, transport::inbox to);
  ~port() override;

  transport::peer_id dial(const std::string& endpoint) override;
  void hang_up(transport::peer_id peer) override;
  void send(transport::peer_id to, domain::message what) override;
  void identify(transport::peer_id peer, std::string identity) override;
  transport::gateway_counters counters() const override { return {}; }

private:
  friend class network;
  struct known_peer {
    network::connection_number connection = 0;
    bool is_dialled = false;
    std::string identity;
    domain::instant noticed{};
  };
  void transmit(transport::peer_id to, domain::message what);
  void take(transport::peer_id from, domain::message what);
  void notify(const transport::peer_notice& what);
  void tell_gone(transport::peer_id peer, std::string identity);
  void lose(transport::peer_id accepted);

  network& network_;
  std::string name_;
  std::string endpoint_;
  transport::inbox to_;
  std::map<transport::peer_id, known_peer> peers_;
  domain::instant frozen_until_{};
  std::shared_ptr<int> life_ = std::make_shared<int>();
};

} // namespace fedloom::simulation
