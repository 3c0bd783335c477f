#pragma once
#include "actors/aggregation/server_optimizer.hpp"
#include "actors/controller/effects.hpp"
#include "actors/storage/round_store.hpp"
#include "messages/domain/message.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <variant>
#include <vector>

namespace fedloom::controller {

/// A global model as far as opening a round needs to know it.
struct head_model {
  domain::model_id model;
  std::uint64_t stream_bytes = 0;
  std::vector<std::int32_t> exponents; ///< of its tensors' scales
  /// Of the server optimizer that made it, where that keeps one; durable as the model is.
  std::optional<domain::model_id> optimizer_state{};
};

/// Whom to answer when the step's store is done.
using reply_ticket = std::uint64_t;

/// What session_machine asks to be done, in order; what stands behind a store waits for it.
namespace session {
struct store {
  storage::batch changes;
};
struct send {
  domain::combiner_id to;
  domain::round_key about;
  domain::body what;
};
struct load_model {
  domain::model_id model;
}; ///< answered by `loaded`
/// Opens an empty sum for this attempt; whatever sum was open before is dropped.
struct begin_sum {
  domain::round_key about;
  domain::model_id model;
  domain::scale_table scales;
};
struct fetch_sum {
  domain::combiner_id from;
  domain::round_key about;
  domain::partial what;
  bool again = false;
};
struct abandon_sum {
  domain::lease_id lease;
};
/// Merge, let the server optimizer make its step from head and state, make both streams durable; answered by
/// `averaged`. Parts that list `parents` count by what their updates changed in those: the mean is
/// head + (sum of weight * (update - parent)) / divisor.
struct average {
  domain::round_key about;
  aggregation::server_optimizer how{};
  std::uint64_t divisor = 0; ///< at least the sum's weight, which 0 stands for; larger where discounts shorten the step
  std::optional<domain::model_id> state{}; ///< that the step before made
};
/// No session goes on from this optimizer's state any more: its stream may go.
struct drop_state {
  domain::model_id state;
};
struct drop_sum {};
struct reply {
  reply_ticket to;
  domain::expected<domain::session_record> what;
};
struct round_done {
  domain::round_record what;
}; ///< committed, and validated where asked for
struct attempt_failed {
  domain::round_record what;
};
struct session_done {
  domain::session_record what;
};
struct session_changed {
  domain::session_record what;
}; ///< paused, or goes on; it has not ended
/// All others have answered; the attempt cannot meet its quorum without these, who were lost.
struct clients_awaited {
  domain::round_key about;
  std::set<domain::client_id> who;
};
using effect = std::variant<store, send, load_model, begin_sum, fetch_sum, abandon_sum, average, drop_sum, drop_state,
                            reply, round_done, session_done, attempt_failed, session_changed, clients_awaited>;
using effects = std::vector<effect>;
} // namespace session

} // namespace fedloom::controller
