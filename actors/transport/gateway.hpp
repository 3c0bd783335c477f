#pragma once
#include "messages/domain/chrono.hpp"
#include "messages/domain/expected.hpp"
#include "messages/domain/message.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace fedloom::transport {

/// A connection as this process knows it: either one that we dialled or one that reached our listening socket. Never
/// reused while the process lives; never on the wire.
using peer_id = domain::strong_id<struct peer_tag, std::uint64_t>;

/// A verified message and where it came from.
struct inbound {
  peer_id from;
  /// What `identify` said about the connection; empty until it proved who it is.
  std::string identity;
  domain::message what;
};

/// Something other than a message happened to a connection.
enum class peer_change : std::uint8_t {
  alive, ///< a frame came in; at most one such notice per peer and `liveness_notice`, so that any frame renews a lease
  gone,  ///< it cannot be reached: a send found no route, its queue was at its bound, or nothing left it for
         ///< `stall_limit`
};
/// What was queued for a peer that is gone is dropped. An accepted peer is forgotten: should it still be there, its
/// next message comes from a new peer. A dialled one is kept and tried again until it is hung up, unless its endpoint
/// could not be read. Every send to a peer that is not known (any more) gives another `gone`.
struct peer_notice {
  peer_id peer;
  std::string identity;
  peer_change change = peer_change::gone;
};

/// Where a gateway delivers. Called on the gateway's own thread: hand over and return, never block, never call back.
struct inbox {
  std::function<void(inbound)> deliver;
  std::function<void(peer_notice)> notice;
};

/// Bounds; every one has a metric.
struct gateway_limits {
  std::size_t frame_bytes = 8 * 1024; ///< larger frames are dropped and counted
  /// Larger messages cut the connection; chunks are 1 MiB, lists may be more.
  std::size_t payload_bytes = std::size_t{8} << 20;
  std::size_t queued_messages_per_peer = 4096; ///< at the bound the peer counts as gone
  std::size_t queued_bytes_per_peer = std::size_t{64} << 20;
  std::size_t queued_sends = 65536; ///< calls of `send` that the gateway's thread has not seen yet; more are dropped
  domain::milliseconds liveness_notice{500};
  domain::milliseconds stall_limit{10000};
  /// An accepted peer that said nothing for so long may be asked, when others come, whether it is still connected.
  domain::milliseconds probe_after{30000};
};

/// Totals since start; read from any thread.
struct gateway_counters {
  std::uint64_t frames_in = 0, frames_out = 0;
  std::uint64_t bytes_in = 0, bytes_out = 0; ///< payload and frame bytes
  std::uint64_t frames_malformed = 0;        ///< not verifiable, wrong version, too large
  std::uint64_t sends_dropped = 0;           ///< the peer was gone or its queue full
  std::uint64_t connections = 0;             ///< accepted since start
};

/// All of a service's sockets, behind one thread. Implementations: zmq_gateway, loopback_gateway; one contract suite
/// holds both (tests/contract/gateway_contract.hpp). All members may be called from any thread and return at once.
/// Messages to one peer arrive in order or not at all; nothing is sent twice.
class gateway {
public:
  virtual ~gateway() = default;

  /// Opens a connection to `endpoint` ("tcp://host:port"). The connection is kept: if the other side dies and comes
  /// back it is re-established silently, and then the other side does not know us (it answers `unknown_peer`).
  virtual peer_id dial(const std::string& endpoint) = 0;
  /// Closes a connection or forgets an accepted peer (its next message comes from a new peer); what is still queued for
  /// it is dropped, what was handed to the network before may still arrive. Unknown peers are ignored.
  virtual void hang_up(peer_id peer) = 0;
  /// Queues a message. The payload is sent without a copy and released when it has left. A message that cannot be
  /// encoded is a programmer's mistake: logged, counted in sends_dropped.
  virtual void send(peer_id to, domain::message what) = 0;
  /// Attaches a proven identity, that every later `inbound` and notice of this peer carries. Empty takes it away.
  virtual void identify(peer_id peer, std::string identity) = 0;
  virtual gateway_counters counters() const = 0;
};

} // namespace fedloom::transport
