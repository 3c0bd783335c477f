#pragma once
#include "messages/domain/round.hpp"

/// What combiners and clients keep on disk, so that a restart costs no accepted work. Never tensors in a journal: those
/// stand in the client until the round ends.
namespace fedloom::domain {

/// A combiner's open collection. One per lease.
struct journalled_plan {
  round_key round;
  round_plan plan;
  bool operator==(const journalled_plan&) const = default;
};

/// An update that was accepted under a lease. One per lease and client.
struct journalled_answer {
  lease_id lease;
  contribution what;
  bool operator==(const journalled_answer&) const = default;
};

/// How a collection ended: its clients may still ask. One per lease, in place of the plan.
struct journalled_end {
  lease_id lease;
  round_key round;
  bool counted = false;
  bool operator==(const journalled_end&) const = default;
};

/// The head of an update that a client keeps until a receipt says that it may go; the model stream lies beside it.
struct kept_update {
  round_key round;
  offer what; ///< its transfer id dies with the process
  bool operator==(const kept_update&) const = default;
};

} // namespace fedloom::domain
