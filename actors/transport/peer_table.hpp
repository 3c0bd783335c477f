#pragma once
#include "actors/transport/send_queue.hpp"
#include "actors/transport/tcp_line.hpp"
#include "actors/transport/zmq_socket.hpp"
#include "messages/domain/chrono.hpp"

#include <deque>
#include <functional>
#include <unordered_map>

namespace fedloom::transport {

/// One connection, as the gateway's thread knows it.
struct peer {
  peer_id id;
  std::string identity;
  std::string route;                 ///< accepted peers: what the ROUTER calls them; empty for dialled ones
  std::optional<zmq_socket> dialled; ///< dialled peers: their own socket
  send_queue waiting;
  domain::instant stalled_since{};        ///< while something waits: when the last message left
  domain::instant heard{};                ///< when the last message came
  std::optional<domain::instant> noticed; ///< when `alive` was last told
  tcp_line line;                          ///< where `heard` came over
  bool dirty = false;                     ///< dialled: its socket is in the list of those to be served
};

/// All peers of one gateway. One thread. References stay valid until the peer is erased.
class peer_table {
public:
  peer& add_accepted(peer_id id, std::string_view route);
  peer& add_dialled(peer_id id, zmq_socket socket);
  peer* find(peer_id id);
  peer* find_route(std::string_view route);
  void erase(peer_id id);
  bool empty() const noexcept { return peers_.empty(); }
  /// Calls `look` with each peer; it must not change the table.
  void each(const std::function<void(peer&)>& look);
  /// One accepted peer after the other, round and round; nullptr when there are none.
  peer* next_accepted();

private:
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };

  peer& add(peer_id id);

  std::unordered_map<peer_id, peer> peers_;
  std::unordered_map<std::string, peer*, text_hash, std::equal_to<>> by_route_;
  std::deque<peer_id> ring_; ///< accepted peers; the erased ones drop out as they come to the front
};

} // namespace fedloom::transport
