#pragma once
#include "actors/controller/session_machine.hpp"
#include "actors/transfer/receiver_machine.hpp"

#include <deque>
#include <map>
#include <optional>
#include <variant>
#include <vector>

namespace fedloom::controller {

namespace reduction {
struct send {
  domain::combiner_id to;
  domain::round_key about;
  domain::body what;
};
struct open_sum {
  domain::round_key about;
  domain::model_id model;
  domain::scale_table scales;
};
/// Add a part's sum, after its digests have been checked; answered by `merged`.
struct merge {
  domain::lease_id lease;
  std::vector<domain::shared_bytes> pieces;
  std::vector<domain::digest> announced;
  domain::digest content;
  std::uint64_t weight;
};
/// The model of all that was merged; see session::average.
struct average {
  domain::round_key about;
  aggregation::server_optimizer how{};
  std::uint64_t divisor = 0;                    ///< 0: the sum's weight
  std::vector<domain::parent_weight> parents{}; ///< what was trained from other models than the round's, by model
  std::optional<domain::model_id> state{};      ///< of the optimizer; none: this is its first step
};
struct close_sum {};
struct tell_merged {
  domain::lease_id lease;
};
struct tell_failed {
  domain::lease_id lease;
  domain::error reason;
};
using effect = std::variant<send, open_sum, merge, average, close_sum, tell_merged, tell_failed>;
using effects = std::vector<effect>;
} // namespace reduction

/// Fetches the parts' sums, one after the other (so that memory does not grow with the number of combiners), and has
/// them merged; remembers how much of what was merged was trained from which model. Every `fetch` is answered exactly
/// once, by tell_merged or tell_failed: a part whose parents do not add up to its weight by `malformed`. Pure.
///
///   idle --fetch--> receiving --last chunk--> merging --merged--> idle or the next in the queue
class reduction_machine {
public:
  explicit reduction_machine(std::uint32_t window) : window_(window) {}

  reduction::effects begin(const session::begin_sum& what);
  /// Sent again for a fetch that is under way, it goes on where the connection broke; for one that was answered already
  /// it is ignored, or its sum would be merged twice (I-1).
  reduction::effects fetch(const session::fetch_sum& what);
  reduction::effects abandon(domain::lease_id lease);
  reduction::effects average(const session::average& what);
  reduction::effects drop();

  reduction::effects received(const domain::combiner_id& from, const domain::chunk& what, domain::shared_bytes payload);
  reduction::effects received(const domain::combiner_id& from, const domain::abort_transfer& what);
  reduction::effects merged(domain::lease_id lease, const domain::error& reason);

private:
  struct active_fetch {
    session::fetch_sum what;
    std::optional<transfer::receiver_machine> receiver; ///< none: merging
  };
  reduction::effects begin_next();
  reduction::effects finish(domain::error reason);

  void note_parents(const domain::partial& merged);

  std::uint32_t window_;
  domain::model_id global_;                           ///< the round's model
  std::map<domain::model_id, std::uint64_t> parents_; ///< weight merged that was trained from others
  std::optional<active_fetch> active_;
  std::deque<session::fetch_sum> waiting_;
};

} // namespace fedloom::controller
