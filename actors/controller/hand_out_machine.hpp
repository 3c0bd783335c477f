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
  domain::model_id model;
}; ///< from the store; answered by `loaded`
struct send {
  transport::peer_id to;
  domain::body what;
  domain::shared_bytes payload;
};
using effect = std::variant<load, send>;
using effects = std::vector<effect>;
} // namespace hand_out

/// Serves global models to combiners. The newest ones stay in memory, older ones are loaded when asked for. Pure.
class hand_out_machine {
public:
  hand_out_machine(std::size_t models, std::size_t transfers) : models_(models), outbound_(transfers) {}

  /// A model that combiners are going to ask for.
  void offer(const domain::model_id& model, transfer::served_stream what);
  hand_out::effects asked(transport::peer_id from, const domain::get_model& what);
  hand_out::effects loaded(const domain::model_id& model, domain::expected<transfer::served_stream> outcome);
  /// grant, credit and abort_transfer; others are ignored.
  hand_out::effects received(transport::peer_id from, const domain::message& what);
  void gone(transport::peer_id peer);

private:
  std::size_t models_;
  std::map<domain::model_id, transfer::served_stream> held_;
  std::deque<domain::model_id> order_; ///< of held_, oldest first
  std::map<domain::model_id, std::vector<std::pair<transport::peer_id, domain::get_model>>> waiting_;
  transfer::outbound_transfers outbound_;
};

} // namespace fedloom::controller
