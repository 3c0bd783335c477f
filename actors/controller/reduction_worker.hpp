#pragma once
#include "actors/aggregation/federated_average.hpp"
#include "actors/controller/reduction_machine.hpp"
#include "actors/kernel/worker.hpp"
#include "actors/storage/model_store.hpp"
#include "actors/transfer/outbound_transfers.hpp"

#include <functional>
#include <memory>

namespace fedloom::controller {

/// A model as a round needs it: what opens the round, and the stream to hand out.
struct prepared_model {
  head_model head;
  transfer::served_stream served;
};

/// The heavy half of the reduction, on one thread of its own: loads models, sums parts, makes the next global model and
/// makes it durable. Calls report on that thread.
class reduction_worker {
public:
  explicit reduction_worker(storage::model_store& models);

  using model_report = std::function<void(domain::expected<prepared_model>)>;
  using merge_report = std::function<void(domain::lease_id, domain::error)>;

  void load(const domain::model_id& model, model_report report);
  void open_sum(const reduction::open_sum& what);
  void merge(reduction::merge what, merge_report report);
  /// mean, server learning rate, model id, durable in the store (I-2); the sum is closed.
  void average(double rate, model_report report);
  void close_sum();

private:
  struct open_reduction {
    domain::shared_bytes global;
    std::unique_ptr<aggregation::accumulator> sum;
    domain::error failure; ///< why it could not be opened
  };
  domain::expected<domain::shared_bytes> global_of(const domain::model_id& model);
  void post(std::function<void()> job);

  storage::model_store& models_;
  // Touched on the worker's thread only.
  open_reduction open_;
  domain::model_id newest_;
  domain::shared_bytes newest_stream_; ///< the next round's global model: spares reading it back from disk
  kernel::worker thread_;              ///< last: ends before what its jobs touch
};

} // namespace fedloom::controller
