#pragma once
#include "actors/transport/command_queue.hpp"
#include "actors/transport/counter_cells.hpp"
#include "actors/transport/peer_table.hpp"
#include "actors/transport/reception.hpp"
#include "actors/transport/wakeups.hpp"

#include <set>

namespace fedloom::transport {

/// What a zmq_gateway shares with its thread.
struct gateway_shared {
  command_queue commands;
  counter_cells counters;
  std::atomic<std::uint64_t> last_peer{0};

  peer_id new_peer() { return peer_id{last_peer.fetch_add(1, std::memory_order_relaxed) + 1}; }
};

/// The life of the gateway's thread: owns all sockets, sleeps until one of them or a command wakes it. As long as there
/// are peers it looks at the quiet ones once per `liveness_notice`: they may be in the middle of a large message, and
/// then it looks more often.
///
/// ZeroMQ's descriptors tell of a change once, and any send or receive may swallow that: so a socket that was touched
/// is `dirty` until it was asked for its state, and the thread sleeps only when none is.
class gateway_thread {
public:
  /// `router` may be missing: this gateway only dials.
  gateway_thread(zmq_gateway_config config, inbox to, std::shared_ptr<gateway_shared> shared,
                 std::unique_ptr<zmq_context> context, std::optional<zmq_socket> router);

  /// Until the commands are closed; then what waits gets a last short chance to leave.
  void run();

private:
  void perform(dial_command what);
  void perform(hang_up_command what);
  void perform(send_command what);
  void perform(identify_command what);

  zmq_socket& socket_of(peer& to) { return to.dialled ? *to.dialled : *router_; }
  void mark_dirty(peer& whose);
  void mark_router_dirty();
  void serve_dirty();
  bool serve_router();
  bool serve_dialled(peer& which);
  void receive_on_router(received what);

  send_result send_now(peer& to, const codec::wire_message& what);
  void enqueue(peer& to, codec::wire_message what);
  bool flush(peer& to);
  bool flush_accepted();
  void flush_stalled(domain::instant now);
  void lose(peer& whom, std::uint64_t unqueued = 0);
  void probe_quiet_peers();
  int pause_ms() const;
  domain::milliseconds look_pause() const;
  void look_at_quiet_peers();
  void drain();

  zmq_gateway_config config_;
  inbox to_;
  std::shared_ptr<gateway_shared> shared_;
  std::unique_ptr<zmq_context> context_; // before the sockets: it must end after them
  wakeups wakeups_;
  std::optional<zmq_socket> router_;
  peer_table peers_;
  reception reception_;
  std::vector<std::uint64_t> dirty_; ///< keys, see wakeups
  bool router_dirty_ = false;
  std::set<peer_id> stalled_;   ///< peers for which something waits
  domain::instant flushed_{};   ///< when all stalled peers were last tried
  domain::instant looked_{};    ///< when the quiet ones were last looked at
  bool someone_speaks_ = false; ///< in the middle of a large message
};

} // namespace fedloom::transport
