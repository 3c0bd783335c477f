#pragma once
#include "actors/aggregation/federated_average.hpp"

#include <map>
#include <optional>

namespace fedloom::simulation {

/// The planted bug `double_count`, in a combiner's arithmetic: a sum that was given up is kept, and folding goes on in
/// it when the same clients are asked again for the same round. What they send then is in it twice.
class sum_hoard {
public:
  void opened(domain::lease_id lease, const domain::shared_bytes& head, const domain::scale_table& scales,
              aggregation::accumulator& into) {
    if (given_up_ && scales_[given_up_->lease] == scales && heads_[given_up_->lease] == head) {
      const auto bytes = domain::shared_bytes::copy_of(std::as_bytes(std::span{given_up_->sum.sum()}));
      (void)into.add_sum({bytes}, given_up_->sum.weight());
      given_up_.reset();
    }
    heads_[lease] = head;
    scales_[lease] = scales;
  }
  void dropped(domain::lease_id lease, aggregation::accumulator sum) {
    if (sum.weight() > 0) {
      given_up_.emplace(hoarded{lease, std::move(sum)});
    }
  }

private:
  struct hoarded {
    domain::lease_id lease;
    aggregation::accumulator sum;
  };
  std::optional<hoarded> given_up_;
  std::map<domain::lease_id, domain::shared_bytes> heads_;
  std::map<domain::lease_id, domain::scale_table> scales_;
};

} // namespace fedloom::simulation
