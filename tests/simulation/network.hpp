#pragma once
#include "actors/transport/gateway.hpp"
#include "tests/simulation/world.hpp"

#include <deque>
#include <map>
#include <memory>
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
  explicit network(world& in, network_limits limits = {}) : world_(in), limits_(limits) {}

  /// A process joins; `endpoint` is empty for one that only dials. The name is for traces.
  std::unique_ptr<port> attach(std::string name, std::string endpoint, transport::inbox to);
  /// Breaks a connection by chance: what is on its way is lost, and the side that listened does not know the other any
  /// more. With an endpoint: one of those that were dialled there.
  void cut_one(const std::string& endpoint = {});
  /// Holds up a connection by chance: nothing is lost, but nothing arrives for so long, even if its dialler has given
  /// it up.
  void stall_one(duration pause, const std::string& endpoint = {});

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
    transport::peer_id dialled_peer;
    std::string endpoint;
    port* acceptor = nullptr; ///< none: the next message makes a new peer
    transport::peer_id accepted_peer;
    domain::instant stalled_until{};
    pipe up; ///< dialler -> acceptor
    pipe down;
  };

  connection* any(const std::string& endpoint);
  void put(connection_number number, pipe& into, bool upwards, domain::message what);
  void pump(connection_number number, bool upwards, duration pause);
  void pumped_up(connection_number number, connection& at);
  void pumped_down(connection_number number, connection& at);
  void lose_with_process(pipe& what);

  world& world_;
  network_limits limits_;
  std::map<connection_number, connection> connections_;
  std::map<std::string, port*> listeners_;
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
  void take(transport::peer_id from, domain::message what);
  void tell_gone(transport::peer_id peer, std::string identity);
  void lose(transport::peer_id accepted);

  network& network_;
  std::string name_;
  std::string endpoint_;
  transport::inbox to_;
  std::map<transport::peer_id, known_peer> peers_;
  std::shared_ptr<int> life_ = std::make_shared<int>();
};

} // namespace fedloom::simulation
