#pragma once
#include "actors/aggregation/federated_average.hpp"
#include "actors/combiner/collection_machine.hpp"
#include "actors/kernel/worker.hpp"

#include <functional>
#include <map>
#include <memory>

namespace fedloom::combiner {

/// The heavy half of a collection, on one thread of its own: checks updates and adds them to the sums, while others
/// arrive. Jobs run in the order of the calls; reports come on that thread.
class fold_worker {
public:
  fold_worker();

  using fold_report = std::function<void(domain::lease_id, collection::folded)>;
  using freeze_report = std::function<void(domain::lease_id, domain::shared_bytes sum, domain::digest)>;

  /// `head` is the global model's stream head; a sum for the same lease starts anew.
  void open(domain::lease_id lease, domain::shared_bytes head, domain::scale_table scales);
  void fold(domain::lease_id lease, collection::fold what, fold_report report);
  void freeze(domain::lease_id lease, freeze_report report);
  void drop(domain::lease_id lease);

private:
  collection::folded check_and_add(domain::lease_id lease, const collection::fold& what);
  void post(std::function<void()> job);

  std::map<domain::lease_id, aggregation::accumulator> sums_; ///< touched on the worker's thread only
  kernel::worker thread_;                                     ///< last: ends before what its jobs touch
};

} // namespace fedloom::combiner
