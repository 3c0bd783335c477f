#pragma once
#include "actors/aggregation/federated_average.hpp"
#include "actors/controller/reduction_machine.hpp"
#include "actors/storage/model_store.hpp"
#include "actors/transfer/outbound_transfers.hpp"

#include <memory>

namespace fedloom::controller {

/// A model as a round needs it: what opens the round, and the stream to hand out.
struct prepared_model {
  head_model head;
  transfer::served_stream served;
};

/// The heavy half of the reduction: loads models, sums parts, makes the next global model and makes it durable. Not
/// thread-safe; reduction_worker gives it a thread.
class reducer {
public:
  explicit reducer(storage::model_store& models) : models_(models) {}

  domain::expected<prepared_model> load(const domain::model_id& model);
  /// A model that cannot be had is told to whoever merges.
  void open_sum(const reduction::open_sum& what);
  /// None, or why the part is not in the sum.
  domain::error merge(const reduction::merge& what);
  /// Closes the sum. What the server optimizer makes of the mean, its parents taken out, and the optimizer's next
  /// state; both durable in the store when this returns (I-2). Parents are loaded one at a time.
  domain::expected<prepared_model> average(const reduction::average& what);
  void close_sum() { open_ = {}; }
  /// An optimizer's state that no session goes on from.
  void drop_state(const domain::model_id& state);

private:
  struct open_reduction {
    domain::shared_bytes global;
    std::unique_ptr<aggregation::accumulator> sum;
    domain::error failure; ///< why it could not be opened
  };
  domain::expected<domain::shared_bytes> global_of(const domain::model_id& model);
  domain::expected<void> take_out_parents(const reduction::average& what);
  domain::expected<prepared_model> make_durable(const aggregation::accumulator& sum, domain::byte_span global,
                                                const reduction::average& how);

  storage::model_store& models_;
  open_reduction open_;
  domain::model_id newest_;
  domain::shared_bytes newest_stream_; ///< the next round's global model: spares reading it back from disk
};

} // namespace fedloom::controller
