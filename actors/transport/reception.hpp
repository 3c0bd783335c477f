#pragma once
#include "actors/transport/counter_cells.hpp"
#include "actors/transport/peer_table.hpp"

namespace fedloom::transport {

/// What happens to a message between the socket and the inbox: verified, counted, attributed. The gateway's thread.
class reception {
public:
  reception(const gateway_limits& limits, const inbox& to, counter_cells& counters)
      : limits_(limits), to_(to), counters_(counters) {}

  /// Reads a message. Nothing: it was a probe (not counted), or malformed (counted, logged at most once a second).
  /// `from` may be null: nobody we know yet.
  std::optional<domain::message> read(received what, const peer* from);
  /// Delivers it as coming from `from` over that descriptor, after the notice that the peer is alive when that is due.
  void hand_over(peer& from, domain::message what, int source);
  /// Tells that a peer is alive which has said nothing for a while when bytes of its next message came in just now.
  /// True: it is in the middle of one, and should be looked at again after busy_look_pause.
  bool look_at(peer& quiet) const;
  domain::milliseconds busy_look_pause() const { return limits_.liveness_notice / 10 + domain::milliseconds{1}; }
  void tell_gone(peer_id id, const std::string& identity) const;

private:
  domain::expected<domain::message> verify(received what) const;
  void refuse(const domain::error& reason, const peer* from);

  const gateway_limits& limits_;
  const inbox& to_;
  counter_cells& counters_;
  std::optional<domain::instant> logged_;
  std::uint64_t unlogged_ = 0;
};

} // namespace fedloom::transport
