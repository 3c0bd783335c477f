#include "actors/combiner/deps.hpp"
#include "actors/combiner/identity.hpp"
#include "actors/kernel/actor_guard.hpp"
#include "actors/kernel/logger.hpp"

#include <caf/all.hpp>

namespace fedloom::combiner {

namespace {

using kernel::log;
using kernel::log_level;

/// The shell of roster_machine.
class roster_state {
public:
  static inline const char* name = "fedloom.combiner.roster";
  explicit roster_state(roster_actor::base* self) : self_(self) {}

  roster_actor::behavior_type start(deps_ptr with) {
    kernel::guard(self_);
    with_ = std::move(with);
    machine_.emplace(with_->roster);
    return {
        [this](const transport::inbound_ptr& in) { on_inbound(*in); },
        [this](const transport::peer_notice& notice) { on_notice(notice); },
        [this](uplink_up) { perform_all(machine_->uplinked()); },
        [this](get_members) { on_get_members(); },
        [this](leave) { perform_all(machine_->leave()); },
        [this](const kernel::wake& w) { on_wake(w); },
    };
  }

private:
  void on_inbound(const transport::inbound& in) {
    const auto now = kernel::now_of(self_);
    machine_->heard(now, in.identity);
    perform_all(
        std::visit(domain::overloaded{
                       [&](const domain::expect_client& m) {
                         return in.identity == controller_identity ? machine_->expect(now, m) : answer_stranger(in);
                       },
                       [&](const domain::client_hello& m) { return machine_->greeted(now, in.from, m); },
                       [&](const domain::heartbeat& m) { return machine_->beat(now, in.from, in.identity, m); },
                       [&](const domain::goodbye& m) { return machine_->said_goodbye(in.from, in.identity, m); },
                       [&](const auto&) { return answer_stranger(in); },
                   },
                   in.what.what));
  }

  /// Somebody who has not introduced itself, or says what a combiner does not understand.
  roster::effects answer_stranger(const transport::inbound& in) {
    log(log_level::warn, "roster", "message-refused",
        {{"message", std::string(domain::name_of(in.what.what))},
         {"peer", in.from.value()},
         {"identity", in.identity}});
    if (!in.identity.empty()) {
      return {};
    }
    return {roster::send{in.from, domain::refused{{domain::errc::unknown_peer, "say hello first"}, {}}}};
  }

  void on_notice(const transport::peer_notice& notice) {
    if (notice.change == transport::peer_change::alive) {
      machine_->heard(kernel::now_of(self_), notice.identity);
    } else {
      perform_all(machine_->gone(notice.peer, notice.identity));
    }
  }

  void on_get_members() {
    for (const auto& one : machine_->members()) {
      with_->names->send<collection_actor>(collection_name, client_came{one});
    }
  }

  void on_wake(const kernel::wake& w) {
    if (timer_.fires(w)) {
      perform_all(machine_->tick(kernel::now_of(self_)));
    } else {
      timer_.arm(self_, machine_->next_wake());
    }
  }

  void perform_all(roster::effects effects) {
    for (auto& one : effects) {
      std::visit([this](auto& e) { perform(e); }, one);
    }
    timer_.arm(self_, machine_->next_wake());
  }

  void perform(roster::send& e) { with_->mesh->send(e.to, {{}, std::move(e.what), {}}); }
  void perform(roster::identify& e) { with_->mesh->identify(e.peer, e.identity); }
  void perform(roster::hang_up& e) { with_->mesh->hang_up(e.peer); }
  void perform(roster::client_came& e) {
    log(log_level::info, "roster", "client-came", {{"client", e.who.client.value()}});
    with_->count->clients_are(machine_->member_count());
    with_->names->send<collection_actor>(collection_name, client_came{std::move(e.who)});
  }
  void perform(roster::client_left& e) {
    log(log_level::info, "roster", "client-left",
        {{"client", e.client.value()}, {"reason", domain::to_string(e.reason)}});
    with_->count->clients_are(machine_->member_count());
    with_->names->send<collection_actor>(collection_name, client_left{std::move(e.client), std::move(e.reason)});
  }
  void perform(roster::report& e) {
    with_->names->send<uplink_actor>(uplink_name, to_controller{{}, std::move(e.what), {}});
  }
  void perform(roster::turned_away& e) {
    log(log_level::warn, "roster", "turned-away",
        {{"client", e.client.value()}, {"reason", domain::to_string(e.reason)}});
    with_->count->client_turned_away(e.reason.code);
  }

  roster_actor::base* self_;
  deps_ptr with_;
  std::optional<roster_machine> machine_;
  kernel::wake_timer<roster_actor::base> timer_;
};

roster_actor::behavior_type run(roster_actor::stateful_pointer<roster_state> self, deps_ptr with) {
  return self->state.start(std::move(with));
}

} // namespace

caf::actor spawn_roster(caf::actor_system& system, deps_ptr with) {
  return caf::actor_cast<caf::actor>(system.spawn(run, std::move(with)));
}

} // namespace fedloom::combiner
