#pragma once
#include "actors/transfer/outbound_transfers.hpp"
#include "actors/transport/gateway.hpp"
#include "messages/domain/expected.hpp"
#include "messages/domain/message.hpp"

#include <deque>
#include <map>
#include <variant>
#include <vector>

namespace fedloom::controller {

namespace hand_out {
struct load {
  transfer::stream_name what;
}; ///< from the store; answered by `loaded`
struct send {
  transport::peer_id to;
  domain::body what;
  domain::shared_bytes payload;
};
using effect = std::variant<load, send>;
using effects = std::vector<effect>;
} // namespace hand_out

/// How many of each kind stay in memory; the oldest gives way.
struct hand_out_limits {
  std::size_t models = 1;
  std::size_t packages = 4;
  std::size_t transfers = 10'000;
};

/// Serves global models and packages to combiners. The newest ones stay in memory, older ones are loaded when asked
/// for. Pure.
class hand_out_machine {
public:
  explicit hand_out_machine(hand_out_limits limits) : limits_(limits), outbound_(limits.transfers) {}

  /// What combiners are going to ask for.
  void offer(const transfer::stream_name& name, transfer::served_stream what);
  hand_out::effects asked(transport::peer_id from, const transfer::stream_request& what);
  hand_out::effects loaded(const transfer::stream_name& name, domain::expected<transfer::served_stream> outcome);
  /// grant, credit and abort_transfer; others are ignored.
  hand_out::effects received(transport::peer_id from, const domain::message& what);
  void gone(transport::peer_id peer);

private:
  std::size_t most_of(const transfer::stream_name& name) const;

  hand_out_limits limits_;
  std::map<transfer::stream_name, transfer::served_stream> held_;
  std::map<std::size_t, std::deque<transfer::stream_name>> order_; ///< of held_ by kind, oldest first
  std::map<transfer::stream_name, std::vector<std::pair<transport::peer_id, transfer::stream_request>>> waiting_;
  transfer::outbound_transfers outbound_;
};

} // namespace fedloom::controller
