#include "actors/controller/deps.hpp"
#include "actors/kernel/actor_guard.hpp"
#include "actors/kernel/effect_runner.hpp"
#include "actors/kernel/logger.hpp"
#include "actors/security/random.hpp"

#include <caf/all.hpp>

namespace fedloom::controller {

namespace {

using kernel::log;
using kernel::log_level;
using kernel::performed;

/// The shell of registry_machine.
class registry_state {
public:
  static inline const char* name = "fedloom.controller.registry";
  explicit registry_state(registry_actor::base* self) : self_(self) {}

  registry_actor::behavior_type start(deps_ptr with) {
    kernel::guard(self_);
    with_ = std::move(with);
    with_->health->expect_able_store();
    machine_.emplace(with_->registry, *with_->policy, security::random_token);
    machine_->restore(with_->store->combiners(), with_->store->clients());
    with_->presence->clear();
    return {
        [this](const transport::inbound_ptr& in) { on_inbound(*in); },
        [this](const transport::peer_notice& notice) { on_notice(notice); },
        [this](get_fleet) { on_get_fleet(); },
        [this](const store_finished& done) { on_store_finished(done); },
        [this](const kernel::wake& w) { on_wake(w); },
    };
  }

private:
  void on_inbound(const transport::inbound& in) {
    const auto now = kernel::now_of(self_);
    if (is_of_another_term(with_->term, in.what)) {
      return turn_away_term(in);
    }
    machine_->heard(now, in.identity);
    step(std::visit(domain::overloaded{
                        [&](const domain::combiner_hello& m) { return machine_->greeted(now, date(), in.from, m); },
                        [&](const domain::join& m) {
                          machine_->package_is(active_package());
                          return machine_->join(now, date(), in.from, m);
                        },
                        [&](const domain::heartbeat& m) { return machine_->beat(now, in.from, in.identity, m); },
                        [&](const domain::roster_changed& m) { return machine_->roster(now, in.identity, m); },
                        [&](const domain::draining& m) { return machine_->drains(in.from, in.identity, m); },
                        [&](const domain::goodbye& m) { return machine_->said_goodbye(in.from, in.identity, m); },
                        [&](const auto&) { return answer_stranger(in); },
                    },
                    in.what.what));
  }

  /// As the store has it at this moment: whoever activates a package need tell nobody.
  domain::package_ref active_package() const {
    const auto active = with_->store->active();
    if (active.package.value().empty()) {
      return {};
    }
    const auto record = with_->store->find(active.package);
    return record ? record->content : domain::package_ref{};
  }

  /// Somebody who has not introduced itself, or says what a controller does not understand.
  registry::effects answer_stranger(const transport::inbound& in) {
    log(log_level::warn, "registry", "message-refused",
        {{"message", std::string(domain::name_of(in.what.what))},
         {"peer", in.from.value()},
         {"identity", in.identity}});
    if (!in.identity.empty()) {
      return {};
    }
    return {registry::send{in.from, domain::refused{{domain::errc::unknown_peer, "say hello first"}, {}}}};
  }

  /// It has to introduce itself to this life of the controller; what it says until then counts for nothing.
  void turn_away_term(const transport::inbound& in) {
    const domain::error reason{domain::errc::stale_term,
                               "term " + std::to_string(in.what.head.controller_term.value()) + " is not this one"};
    step({registry::send{in.from, domain::refused{{domain::errc::unknown_peer, "say hello to this term first"}, {}}},
          registry::turned_away{"peer " + std::to_string(in.from.value()), reason}});
  }

  void on_notice(const transport::peer_notice& notice) {
    if (notice.change == transport::peer_change::alive) {
      machine_->heard(kernel::now_of(self_), notice.identity);
      return;
    }
    step(machine_->gone(notice.peer, notice.identity));
  }

  void on_get_fleet() {
    for (const auto& [combiner, peer] : machine_->living()) {
      tell(combiner_came{combiner, peer});
    }
    for (const auto& combiner : machine_->draining()) {
      with_->names->send<session_actor>(session_name, combiner_drains{combiner});
    }
    for (const auto& one : machine_->available()) {
      with_->names->send<session_actor>(session_name, client_came{one});
    }
  }

  void on_store_finished(const store_finished& done) {
    if (done.reason.code == domain::errc::storage_full) { // who asked may ask again; all others go on
      log(log_level::error, "registry", "store-full", {{"reason", domain::to_string(done.reason)}});
      auto refusals = machine_->not_stored(writing_, done.reason);
      runner_.abandon();
      step(std::move(refusals));
      return;
    }
    if (done.reason.code != domain::errc::none) {
      log(log_level::error, "registry", "store-failed", {{"reason", domain::to_string(done.reason)}});
      with_->health->store_failed(done.reason);
      self_->quit(kernel::crash("the store failed: " + domain::to_string(done.reason)));
      return;
    }
    runner_.resume();
  }

  void on_wake(const kernel::wake& w) {
    if (timer_.fires(w)) {
      step(machine_->tick(kernel::now_of(self_)));
    } else {
      timer_.arm(self_, machine_->next_wake());
    }
  }

  void step(registry::effects effects) {
    runner_.run(std::move(effects));
    timer_.arm(self_, machine_->next_wake());
  }

  performed perform(registry::send& e) {
    domain::message what;
    what.head.controller_term = with_->term;
    what.what = std::move(e.what);
    with_->mesh->send(e.to, std::move(what));
    return performed::done;
  }
  performed perform(registry::identify& e) {
    with_->mesh->identify(e.peer, e.identity);
    return performed::done;
  }
  performed perform(registry::hang_up& e) {
    with_->mesh->hang_up(e.peer);
    return performed::done;
  }
  performed perform(registry::store& e) {
    writing_ = e;
    with_->writer->write(std::move(e.changes), [me = caf::actor_cast<registry_actor>(self_)](auto outcome) {
      caf::anon_send(me, store_finished{outcome ? domain::error{} : outcome.error()});
    });
    return performed::pending;
  }
  performed perform(registry::combiner_up& e) {
    log(log_level::info, "registry", "combiner-joined", {{"combiner", e.combiner.value()}});
    with_->presence->set(e.combiner, true);
    with_->count->combiners_are(with_->presence->combiners());
    tell(combiner_came{e.combiner, e.peer});
    return performed::done;
  }
  performed perform(registry::combiner_down& e) {
    log(log_level::warn, "registry", "combiner-lost",
        {{"combiner", e.combiner.value()}, {"reason", domain::to_string(e.reason)}});
    with_->presence->set(e.combiner, false);
    with_->count->combiners_are(with_->presence->combiners());
    with_->names->send<session_actor>(session_name, combiner_went{e.combiner});
    return performed::done;
  }
  performed perform(registry::combiner_draining& e) {
    log(log_level::info, "registry", "combiner-draining", {{"combiner", e.combiner.value()}, {"reason", e.reason}});
    with_->names->send<session_actor>(session_name, combiner_drains{e.combiner});
    return performed::done;
  }
  performed perform(registry::client_up& e) {
    log(log_level::info, "registry", "client-joined",
        {{"client", e.who.client.value()}, {"combiner", e.who.combiner.value()}});
    with_->presence->set(e.who.client, true);
    with_->count->clients_are(with_->presence->clients());
    with_->names->send<session_actor>(session_name, client_came{e.who});
    return performed::done;
  }
  performed perform(registry::client_down& e) {
    log(log_level::info, "registry", "client-left", {{"client", e.client.value()}});
    with_->presence->set(e.client, false);
    with_->count->clients_are(with_->presence->clients());
    with_->names->send<session_actor>(session_name, client_went{e.client});
    return performed::done;
  }
  performed perform(registry::turned_away& e) {
    log(log_level::warn, "registry", "turned-away", {{"who", e.who}, {"reason", domain::to_string(e.reason)}});
    with_->count->turned_away(e.reason.code);
    return performed::done;
  }

  void tell(const combiner_came& what) {
    // The reduction first: what the session asks of it then, it can send. Nobody would ask again.
    with_->names->send<reduction_actor>(reduction_name, what);
    with_->names->send<session_actor>(session_name, what);
  }

  static domain::timestamp date() {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }

  registry_actor::base* self_;
  deps_ptr with_;
  std::optional<registry_machine> machine_;
  registry::store writing_; ///< the batch that is on its way to the disk
  kernel::wake_timer<registry_actor::base> timer_;
  kernel::effect_runner<registry::effect> runner_{
      [this](registry::effect& e) { return std::visit([this](auto& one) { return perform(one); }, e); }};
};

registry_actor::behavior_type run(registry_actor::stateful_pointer<registry_state> self, deps_ptr with) {
  return self->state.start(std::move(with));
}

} // namespace

caf::actor spawn_registry(caf::actor_system& system, deps_ptr with) {
  return caf::actor_cast<caf::actor>(system.spawn(run, std::move(with)));
}

} // namespace fedloom::controller
