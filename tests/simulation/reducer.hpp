#pragma once
#include "actors/aggregation/federated_average.hpp"
#include "actors/controller/reduction_worker.hpp"
#include "actors/storage/model_store.hpp"

namespace fedloom::simulation {

/// controller::reduction_worker's jobs without its thread.
class reducer {
public:
  explicit reducer(storage::model_store& models) : models_(models) {}

  domain::expected<controller::prepared_model> load(const domain::model_id& model) const;
  void open_sum(const controller::reduction::open_sum& what);
  domain::error merge(const controller::reduction::merge& what);
  domain::expected<controller::prepared_model> average(double rate);
  void close_sum() { sum_.reset(); }

private:
  storage::model_store& models_;
  domain::shared_bytes global_;
  std::optional<aggregation::accumulator> sum_;
};

} // namespace fedloom::simulation
