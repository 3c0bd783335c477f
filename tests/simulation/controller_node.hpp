#pragma once
#include "actors/controller/hand_out_machine.hpp"
#include "actors/controller/registry_machine.hpp"
#include "actors/kernel/effect_runner.hpp"
#include "actors/kernel/restart_budget.hpp"
#include "tests/simulation/lease_mix_up.hpp"
#include "tests/simulation/network.hpp"
#include "tests/simulation/process.hpp"
#include "tests/simulation/reducer.hpp"

namespace fedloom::simulation {

inline const std::string controller_endpoint = "tcp://controller";

/// What outlives the controller's process.
struct controller_disk {
  std::unique_ptr<storage::round_store> records = storage::make_memory_round_store();
  std::unique_ptr<storage::model_store> models = storage::make_memory_model_store();
};

/// The controller's machines, joined as its actors join them, and supervised as they are: what cannot write dies, and
/// begins anew from what is stored, until the budget is spent and the process ends.
class controller_node : public process {
public:
  using answer = std::function<void(const domain::expected<domain::session_record>&)>;

  controller_node(world& in, network& net, controller_disk& disk, const pace& speed);

  /// Refused as `storage_full` while nothing can be written, and as `unavailable` when the session died meanwhile.
  void create(domain::session_record wanted, answer to);
  void begin(const domain::session_id& which, answer to);
  void change(const domain::session_id& which, controller::session_order what, answer to);
  void stop(const domain::session_id& which, answer to) {
    change(which, controller::session_order::stop, std::move(to));
  }

private:
  using stored = std::function<void(const domain::expected<void>&)>;

  void on_inbound(transport::inbound in);
  void on_notice(const transport::peer_notice& notice);
  void to_registry(const transport::inbound& in);
  void to_session(const transport::inbound& in);
  void to_reduction(const transport::inbound& in);
  void tell_session(world::action what) {
    session_mail_.post([this, what = std::move(what)] {
      if (session_) {
        what();
      }
    });
  }
  void to_hand_out(const transport::inbound& in);

  void step(controller::registry::effects effects);
  void step(controller::session::effects effects);
  void step(controller::reduction::effects effects);
  void step(controller::hand_out::effects effects);
  kernel::performed perform(controller::registry::effect& one);
  kernel::performed perform(controller::session::effect& one);
  void perform(controller::session::begin_sum& e) { step(reduction_.begin(e)); }
  void perform(controller::session::fetch_sum& e) { step(reduction_.fetch(e)); }
  void perform(controller::session::abandon_sum& e) { step(reduction_.abandon(e.lease)); }
  void perform(controller::session::average& e) { step(reduction_.average(e)); }
  void perform(controller::session::drop_sum&) { step(reduction_.drop()); }
  void perform(controller::reduction::merge& e);
  void perform(controller::reduction::average& e);

  /// Hands the loaded model to hand_out, its head to whoever goes on with it.
  domain::expected<controller::head_model> offered(domain::expected<controller::prepared_model> what);
  void write(storage::batch changes, stored done);
  void send(domain::combiner_id to, const domain::round_key& about, domain::body what);
  /// As session_actor::answered.
  template <class F>
  void answered(answer to, F ask);

  // -- lives of the actors -----------------------------------------------------
  void begin_registry();
  void registry_stored(const controller::registry::store& what, const domain::expected<void>& outcome);
  void registry_died();
  void begin_session();
  void begin_session_anew();
  void tell_fleet();
  void session_stored(const domain::expected<void>& outcome);
  void session_found_no_room(const domain::error& reason);
  void look_again();
  void session_died();
  void rounds_died();
  void refuse_all(const domain::error& reason);
  void on_session_alarm();
  void arm_session();
  void restart(kernel::restart_budget& from, const world::action& what, const world::action& or_else);

  controller_disk& disk_;
  planted_bug planted_;
  lease_mix_up mix_up_;
  domain::term term_;
  domain::open_gate policy_;
  std::unique_ptr<port> mesh_;
  work_line disk_line_;
  work_line session_mail_;
  work_line reduction_mail_;
  work_line reducer_line_;
  reducer reducer_;
  std::optional<controller::registry_machine> registry_; ///< none: it has died, and is about to be restarted
  std::optional<controller::session_machine> session_;   ///< the same
  controller::session_limits session_limits_;
  std::optional<domain::error> full_; ///< the store takes nothing at the moment
  bool has_failed_ = false;           ///< the store takes nothing any more in this life of the process
  domain::instant look_again_{};
  kernel::restart_budget root_budget_{{}, {}};
  kernel::restart_budget rounds_budget_{{}, {}};
  controller::reduction_machine reduction_{8};
  controller::hand_out_machine hand_out_{{}};
  std::map<domain::combiner_id, transport::peer_id> peers_; ///< as the registry tells
  std::map<controller::reply_ticket, answer> asked_;
  controller::reply_ticket last_ticket_ = 0;
  std::uint64_t last_token_ = 0;
  alarm registry_alarm_;
  alarm session_alarm_;
  kernel::effect_runner<controller::registry::effect> registry_runner_;
  kernel::effect_runner<controller::session::effect> session_runner_;
};

} // namespace fedloom::simulation
