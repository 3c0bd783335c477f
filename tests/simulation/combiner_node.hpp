#pragma once
#include "actors/aggregation/federated_average.hpp"
#include "actors/combiner/collection_machine.hpp"
#include "actors/combiner/model_cache_machine.hpp"
#include "actors/combiner/roster_machine.hpp"
#include "actors/transport/dialog_machine.hpp"
#include "tests/simulation/network.hpp"
#include "tests/simulation/process.hpp"

namespace fedloom::simulation {

inline std::string endpoint_of(const domain::combiner_id& combiner) {
  return "tcp://" + combiner.value();
}

/// A combiner's machines, joined as its actors join them. Nothing of it outlives its process.
class combiner_node : public process {
public:
  combiner_node(world& in, network& net, domain::combiner_id id, const pace& speed);

private:
  using collections = std::map<domain::lease_id, combiner::collection_machine>;

  void on_inbound(const transport::inbound& in);
  void on_notice(const transport::peer_notice& notice);
  void from_uplink(const transport::inbound& in);
  void to_roster(const transport::inbound& in);
  void to_cache(const transport::inbound& in);
  void from_controller(const domain::message& in);
  void from_client(const domain::client_id& client, const domain::message& in);

  void on_plan(const domain::round_key& round, const domain::round_plan& plan);
  void on_round_closed(const domain::round_closed& what);
  void on_offer(const domain::client_id& client, const domain::message& in, const domain::offer& what);
  void on_model_ready(const domain::model_id& model, const domain::shared_bytes& stream);
  void on_model_failed(const domain::model_id& model, const domain::error& reason);
  void on_client_came(const combiner::member& who);
  void on_client_left(const domain::client_id& client, const domain::error& reason);
  void on_established();

  template <class F>
  void with_collection(domain::lease_id lease, F&& step);
  template <class F>
  bool with_round(const domain::round_key& round, domain::task_kind kind, const domain::client_id& client, F&& step);
  void drop(collections::iterator which);
  void admit_waiting();

  void step(transport::dialog::effects effects);
  void step(combiner::roster::effects effects);
  void step(combiner::model_cache::effects effects);
  void step(domain::lease_id lease, combiner::collection::effects effects);
  void verify(const combiner::model_cache::verify& what);
  combiner::collection::folded fold(domain::lease_id lease, const combiner::collection::fold& what);
  void freeze(domain::lease_id lease);

  void to_the_controller(domain::round_key about, domain::body what, domain::shared_bytes payload = {});
  void say(const domain::client_id& to, const domain::round_key& round, domain::body what,
           domain::shared_bytes payload);
  void arm_collections();

  domain::combiner_id id_;
  std::unique_ptr<port> mesh_;
  pace speed_;
  work_line fold_line_;
  domain::open_gate policy_;
  std::optional<transport::peer_id> uplink_peer_;
  domain::term term_;
  transport::dialog_machine uplink_;
  combiner::roster_machine roster_{{}};
  combiner::model_cache_machine cache_{{}};
  combiner::staging_budget staging_;
  std::map<domain::client_id, combiner::member> members_;
  collections open_;
  std::map<domain::lease_id, aggregation::accumulator> sums_;
  alarm uplink_alarm_;
  alarm roster_alarm_;
  alarm cache_alarm_;
  alarm collection_alarm_;
};

} // namespace fedloom::simulation
