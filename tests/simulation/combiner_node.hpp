#pragma once
#include "actors/aggregation/federated_average.hpp"
#include "actors/combiner/model_cache_machine.hpp"
#include "actors/combiner/parts_machine.hpp"
#include "actors/combiner/roster_machine.hpp"
#include "actors/transport/dialog_machine.hpp"
#include "tests/simulation/journal_disk.hpp"
#include "tests/simulation/network.hpp"
#include "tests/simulation/process.hpp"
#include "tests/simulation/sum_hoard.hpp"

namespace fedloom::simulation {

inline std::string endpoint_of(const domain::combiner_id& combiner) {
  return "tcp://" + combiner.value();
}

/// What outlives a combiner's process.
struct combiner_disk {
  journal_disk journal;
};

/// A combiner's machines, joined as its actors join them.
class combiner_node : public process {
public:
  combiner_node(world& in, network& net, combiner_disk& disk, domain::combiner_id id, const pace& speed);

  /// As SIGTERM. `drained` is called when the process may end.
  void drain(std::function<void()> drained);

private:
  void on_inbound(const transport::inbound& in);
  void on_notice(const transport::peer_notice& notice);
  void from_uplink(const transport::inbound& in);
  void to_roster(const transport::inbound& in);
  void to_cache(const transport::inbound& in);
  combiner::parts::effects from_controller(const domain::message& in);
  void on_established();
  void say_draining();

  void step(transport::dialog::effects effects);
  void step(combiner::roster::effects effects);
  void step(combiner::model_cache::effects effects);
  void step(combiner::parts::effects effects);
  void perform(combiner::parts::send& e);
  void perform(combiner::parts::report& e);
  void perform(combiner::parts::need_stream& e);
  void perform(combiner::parts::open_sum& e);
  void perform(combiner::parts::fold& e);
  void perform(combiner::parts::freeze& e);
  void perform(combiner::parts::drop_sum& e);
  void perform(combiner::parts::journal& e);
  void perform(combiner::parts::dismiss&) {
    post([this] { step(roster_.leave()); });
  }
  void perform(combiner::parts::drained&) { leave(); }
  template <class Fact>
  void perform(Fact&) {} // for logs and metrics

  void write_group();
  void leave();
  void verify(const combiner::model_cache::verify& what);
  combiner::collection::folded fold(domain::lease_id lease, const combiner::collection::fold& what);
  void freeze(domain::lease_id lease);
  void to_the_controller(domain::round_key about, domain::body what, domain::shared_bytes payload = {});

  combiner_disk& disk_;
  domain::combiner_id id_;
  planted_bug planted_;
  std::unique_ptr<port> mesh_;
  pace speed_;
  work_line fold_line_;
  work_line journal_line_;
  std::vector<combiner::parts::journal> unwritten_;
  domain::open_gate policy_;
  std::optional<transport::peer_id> uplink_peer_;
  domain::term term_;
  transport::dialog_machine uplink_;
  combiner::roster_machine roster_{{}};
  combiner::model_cache_machine cache_{{}};
  combiner::parts_machine parts_{{}, policy_};
  std::map<domain::client_id, transport::peer_id> members_;
  std::map<domain::lease_id, aggregation::accumulator> sums_;
  sum_hoard hoard_;
  std::function<void()> drained_; ///< set: draining
  alarm uplink_alarm_;
  alarm roster_alarm_;
  alarm cache_alarm_;
  alarm parts_alarm_;
};

} // namespace fedloom::simulation
