#include "actors/controller/deps.hpp"
#include "actors/kernel/actor_guard.hpp"
#include "actors/kernel/logger.hpp"

#include <caf/all.hpp>

namespace fedloom::controller {

namespace {

/// The shell of reduction_machine: bulk bytes from the mesh go in, heavy work goes to the reduction_worker.
class reduction_state {
public:
  static inline const char* name = "fedloom.controller.reduction";
  explicit reduction_state(reduction_actor::base* self) : self_(self) {}

  reduction_actor::behavior_type start(deps_ptr with) {
    kernel::guard(self_);
    with_ = std::move(with);
    machine_.emplace(with_->window);
    with_->names->send<registry_actor>(registry_name, get_fleet{});
    return {
        [this](const transport::inbound_ptr& in) { on_inbound(*in); },
        [](const transport::peer_notice&) {},
        [this](const combiner_came& m) { peers_[m.combiner] = m.peer; },
        [this](const load_model& m) { on_load(m); },
        [this](const session::begin_sum& m) { perform_all(machine_->begin(m)); },
        [this](const session::fetch_sum& m) { perform_all(machine_->fetch(m)); },
        [this](const session::abandon_sum& m) { perform_all(machine_->abandon(m.lease)); },
        [this](const session::average& m) { perform_all(machine_->average(m)); },
        [this](drop_sum) { perform_all(machine_->drop()); },
        [this](const session::drop_state& m) { with_->reducer->drop_state(m.state); },
        [this](const model_prepared& m) { on_prepared(m); },
        [this](const average_finished& m) { on_averaged(m); },
        [this](const merge_finished& m) { perform_all(machine_->merged(m.lease, m.reason)); },
    };
  }

private:
  using heads = domain::expected<head_model>;

  void on_inbound(const transport::inbound& in) {
    constexpr std::string_view prefix = "combiner/";
    if (!in.identity.starts_with(prefix)) {
      return;
    }
    const domain::combiner_id from{in.identity.substr(prefix.size())};
    if (const auto* part = std::get_if<domain::chunk>(&in.what.what)) {
      perform_all(machine_->received(from, *part, in.what.payload));
    } else if (const auto* over = std::get_if<domain::abort_transfer>(&in.what.what)) {
      perform_all(machine_->received(from, *over));
    }
  }

  void on_load(const load_model& m) {
    with_->reducer->load(m.model, [me = caf::actor_cast<reduction_actor>(self_), id = m.model](auto outcome) {
      caf::anon_send(me,
                     model_prepared{id, std::make_shared<const domain::expected<prepared_model>>(std::move(outcome))});
    });
  }

  void on_prepared(const model_prepared& m) {
    with_->names->send<session_actor>(session_name, model_loaded{m.model, offered(*m.outcome)});
  }

  void on_averaged(const average_finished& m) {
    with_->names->send<session_actor>(session_name, round_averaged{m.about, offered(*m.outcome)});
  }

  /// Combiners are going to ask for it: the hand-out keeps it in memory, the session hears its head.
  std::shared_ptr<const heads> offered(const domain::expected<prepared_model>& outcome) {
    if (!outcome) {
      return std::make_shared<const heads>(tl::unexpected(outcome.error()));
    }
    with_->names->send<hand_out_actor>(hand_out_name, model_offered{outcome->head.model, outcome->served});
    return std::make_shared<const heads>(outcome->head);
  }

  void perform_all(reduction::effects effects) {
    for (auto& one : effects) {
      std::visit([this](auto& e) { perform(e); }, one);
    }
  }

  void perform(reduction::send& e) {
    if (const auto peer = peers_.find(e.to); peer != peers_.end()) {
      with_->mesh->send(peer->second, {{with_->term, std::move(e.about), 0, 0}, std::move(e.what), {}});
    }
  }
  void perform(reduction::open_sum& e) { with_->reducer->open_sum(e); }
  void perform(reduction::merge& e) {
    with_->reducer->merge(std::move(e), [me = caf::actor_cast<reduction_actor>(self_)](auto lease, auto reason) {
      caf::anon_send(me, merge_finished{lease, std::move(reason)});
    });
  }
  void perform(reduction::average& e) {
    const auto about = e.about;
    with_->reducer->average(std::move(e), [me = caf::actor_cast<reduction_actor>(self_), about](auto outcome) {
      caf::anon_send(
          me, average_finished{about, std::make_shared<const domain::expected<prepared_model>>(std::move(outcome))});
    });
  }
  void perform(reduction::close_sum&) { with_->reducer->close_sum(); }
  void perform(reduction::tell_merged& e) { with_->names->send<session_actor>(session_name, sum_merged{e.lease}); }
  void perform(reduction::tell_failed& e) {
    kernel::log(kernel::log_level::warn, "reduction", "sum-failed",
                {{"lease", e.lease.value()}, {"reason", domain::to_string(e.reason)}});
    with_->names->send<session_actor>(session_name, sum_failed{e.lease, std::move(e.reason)});
  }

  reduction_actor::base* self_;
  deps_ptr with_;
  std::optional<reduction_machine> machine_;
  std::map<domain::combiner_id, transport::peer_id> peers_;
};

reduction_actor::behavior_type run(reduction_actor::stateful_pointer<reduction_state> self, deps_ptr with) {
  return self->state.start(std::move(with));
}

} // namespace

caf::actor spawn_reduction(caf::actor_system& system, deps_ptr with) {
  return caf::actor_cast<caf::actor>(system.spawn(run, std::move(with)));
}

} // namespace fedloom::controller
