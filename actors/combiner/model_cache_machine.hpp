#pragma once
#include "actors/transfer/outbound_transfers.hpp"
#include "actors/transfer/receiver_machine.hpp"
#include "actors/transport/gateway.hpp"
#include "messages/domain/message.hpp"

#include <deque>
#include <map>
#include <optional>
#include <variant>
#include <vector>

namespace fedloom::combiner {

struct model_cache_limits {
  std::size_t models = 1;        ///< held at once; the oldest gives way before the next is pulled
  std::size_t packages = 4;      ///< held likewise
  std::size_t transfers = 20000; ///< to clients
  std::uint32_t window = 8;      ///< chunks on their way while pulling
  std::uint64_t model_bytes = std::uint64_t{16} << 30;
  std::uint64_t package_bytes = std::uint64_t{256} << 20;
  domain::milliseconds stall{2000}; ///< a pull without a chunk for so long is asked for again
  std::uint32_t stalls = 5;         ///< so often in a row, then it has failed
};

namespace model_cache {
struct ask_controller {
  domain::body what;
};
struct verify {
  transfer::stream_name name;
  std::vector<domain::shared_bytes> pieces;
}; ///< answered by `verified`
struct ready {
  transfer::stream_name name;
  transfer::served_stream what;
};
struct failed {
  transfer::stream_name name;
  domain::error reason;
};
struct send {
  transport::peer_id to;
  domain::body what;
  domain::shared_bytes payload;
};
struct served {
  transfer::stream_name name;
  std::uint64_t bytes;
}; ///< a client began to fetch so much of it
using effect = std::variant<ask_controller, verify, ready, failed, send, served>;
using effects = std::vector<effect>;
} // namespace model_cache

/// Pulls each global model and each package from the controller once, has its hash checked (I-2), and serves it to any
/// number of clients from one immutable buffer. Pure.
///
///   absent --need--> pulling --last chunk--> verifying --verified--> present
class model_cache_machine {
public:
  explicit model_cache_machine(model_cache_limits limits) : limits_(limits), outbound_(limits.transfers) {}

  /// Answered by `ready` (at once if present) or `failed`.
  model_cache::effects need(domain::instant now, const transfer::stream_name& name, std::uint64_t stream_bytes);
  model_cache::effects verified(const transfer::stream_name& name, domain::expected<transfer::served_stream> outcome);
  model_cache::effects from_controller(domain::instant now, const domain::message& what);
  /// The uplink is (back) up: pulls go on where they stopped.
  model_cache::effects uplinked(domain::instant now);
  model_cache::effects tick(domain::instant now);
  std::optional<domain::instant> next_wake() const;

  model_cache::effects asked(transport::peer_id from, const transfer::stream_request& what);
  model_cache::effects from_client(transport::peer_id from, const domain::message& what);
  void gone(transport::peer_id peer) { outbound_.forget(peer.value()); }

private:
  struct pull {
    transfer::receiver_machine receiver;
    domain::instant last_chunk{};
    std::uint32_t stalls = 0;
    bool verifying = false;
  };
  model_cache::effects fail(const transfer::stream_name& name, domain::error reason);
  model_cache::effects take(domain::instant now, const domain::chunk& what, const domain::shared_bytes& payload);
  model_cache::effect ask_again(domain::instant now, const transfer::stream_name& name, pull& one);
  void make_room_for(const transfer::stream_name& name);

  model_cache_limits limits_;
  std::uint64_t next_transfer_ = 1;
  std::map<transfer::stream_name, pull> pulls_;
  std::map<transfer::stream_name, transfer::served_stream> present_;
  std::map<std::size_t, std::deque<transfer::stream_name>> order_; ///< of present_ by kind, oldest first
  transfer::outbound_transfers outbound_;
};

} // namespace fedloom::combiner
