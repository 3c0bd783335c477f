#pragma once
#include "actors/controller/reducer.hpp"
#include "actors/kernel/worker.hpp"

#include <functional>

namespace fedloom::controller {

/// The reducer on one thread of its own. Calls report on that thread.
class reduction_worker {
public:
  explicit reduction_worker(storage::model_store& models);

  using model_report = std::function<void(domain::expected<prepared_model>)>;
  using merge_report = std::function<void(domain::lease_id, domain::error)>;

  void load(const domain::model_id& model, model_report report);
  void open_sum(const reduction::open_sum& what);
  void merge(reduction::merge what, merge_report report);
  void average(reduction::average what, model_report report);
  void close_sum();
  void drop_state(const domain::model_id& state);

private:
  void post(std::function<void()> job);

  reducer work_;          ///< touched on the worker's thread only
  kernel::worker thread_; ///< last: ends before what its jobs touch
};

} // namespace fedloom::controller
