#include "actors/client/deps.hpp"
#include "actors/client/token_file.hpp"
#include "actors/kernel/actor_guard.hpp"
#include "actors/kernel/logger.hpp"
#include "actors/security/random.hpp"

#include <caf/all.hpp>

#include <random>

namespace fedloom::client {

namespace {

using kernel::log;
using kernel::log_level;

/// The shell of membership_machine: owns the client's connections.
class membership_state {
public:
  static inline const char* name = "fedloom.client.membership";
  explicit membership_state(membership_actor::base* self) : self_(self) {}
  ~membership_state() {
    hang_up(link::controller);
    hang_up(link::combiner);
  }

  membership_actor::behavior_type start(deps_ptr with) {
    kernel::guard(self_);
    with_ = std::move(with);
    machine_.emplace(with_->membership, own_token(), std::random_device{}());
    perform_all(machine_->start(now()));
    return {
        [this](const transport::inbound_ptr& in) { on_inbound(*in); },
        [this](const transport::peer_notice& notice) { on_notice(notice); },
        [this](reintroduce) { perform_all(machine_->greet_again(now())); },
        [this](leave) { perform_all(machine_->leave("shutting down")); },
        [this](const kernel::wake& w) { on_wake(w); },
    };
  }

private:
  std::optional<transport::peer_id>& peer_at(link at) { return at == link::controller ? controller_ : combiner_; }
  std::optional<link> link_of(transport::peer_id peer) const {
    if (controller_ == peer) {
      return link::controller;
    }
    return combiner_ == peer ? std::optional{link::combiner} : std::nullopt;
  }

  void on_inbound(const transport::inbound& in) {
    if (const auto from = link_of(in.from)) {
      machine_->heard(now(), *from);
      perform_all(machine_->received(now(), *from, in.what.what));
    }
  }

  void on_notice(const transport::peer_notice& notice) {
    const auto at = link_of(notice.peer);
    if (!at) {
      return;
    }
    if (notice.change == transport::peer_change::alive) {
      machine_->heard(now(), *at);
    } else {
      perform_all(machine_->gone(now(), *at));
    }
  }

  void on_wake(const kernel::wake& w) {
    if (timer_.fires(w)) {
      perform_all(machine_->tick(now()));
    } else {
      timer_.arm(self_, machine_->next_wake());
    }
  }

  void perform_all(membership::effects effects) {
    for (auto& one : effects) {
      std::visit([this](auto& e) { perform(e); }, one);
    }
    timer_.arm(self_, machine_->next_wake());
  }

  void perform(membership::open& e) {
    auto& peer = peer_at(e.at);
    peer = with_->mesh->dial(e.endpoint);
    with_->mesh->identify(*peer, id() + (e.at == link::controller ? "/controller" : "/combiner"));
  }
  void perform(membership::close& e) { hang_up(e.at); }
  void perform(membership::send& e) {
    if (const auto& peer = peer_at(e.at)) {
      with_->mesh->send(*peer, {{}, std::move(e.what), {}});
    }
  }
  void perform(membership::keep_token& e) {
    if (const auto kept = write_token(with_->token_file, e.resume); !kept) {
      // It works on: only after a restart within the lease will the id be taken for a moment.
      log(log_level::error, "membership", "token-not-kept", {{"reason", domain::to_string(kept.error())}});
    }
  }
  /// Made up before the first join: who has not heard the answer asks again, and is known to be the same.
  domain::token own_token() {
    const auto kept = read_token(with_->token_file);
    if (!kept) {
      log(log_level::warn, "membership", "token-unreadable", {{"reason", domain::to_string(kept.error())}});
    } else if (*kept != domain::token{}) {
      return *kept;
    }
    membership::keep_token made{security::random_token()};
    perform(made);
    return made.resume;
  }
  void perform(membership::attached& e) {
    log(log_level::info, "membership", "attached", {{"client", id()}, {"combiner", e.combiner.value()}});
    with_->count->attached();
    is_attached_ = true;
    tell_tasks(combiner_attached{*combiner_});
  }
  void perform(membership::detached& e) {
    log(log_level::warn, "membership", "detached", {{"client", id()}, {"reason", domain::to_string(e.reason)}});
    if (std::exchange(is_attached_, false)) {
      with_->count->detached();
    }
    tell_tasks(combiner_detached{});
  }
  void perform(membership::joined& e) {
    log(log_level::info, "membership", "placed",
        {{"client", id()}, {"combiner", e.combiner.value()}, {"endpoint", e.endpoint}});
    tell_tasks(package_expected{e.package});
  }
  void perform(membership::turned_away& e) {
    log(log_level::warn, "membership", "turned-away", {{"client", id()}, {"reason", domain::to_string(e.reason)}});
  }

  template <class Message>
  void tell_tasks(Message what) {
    with_->names->send<task_actor>(task_name(with_->membership.client), std::move(what));
  }

  void hang_up(link at) {
    if (auto& peer = peer_at(at); peer && with_) {
      with_->mesh->hang_up(*peer);
      peer.reset();
    }
  }

  const std::string& id() const { return with_->membership.client.value(); }
  domain::instant now() const { return kernel::now_of(self_); }

  membership_actor::base* self_;
  deps_ptr with_;
  std::optional<membership_machine> machine_;
  std::optional<transport::peer_id> controller_;
  std::optional<transport::peer_id> combiner_;
  bool is_attached_ = false;
  kernel::wake_timer<membership_actor::base> timer_;
};

membership_actor::behavior_type run(membership_actor::stateful_pointer<membership_state> self, deps_ptr with) {
  return self->state.start(std::move(with));
}

} // namespace

caf::actor spawn_membership(caf::actor_system& system, deps_ptr with) {
  return caf::actor_cast<caf::actor>(system.spawn(run, std::move(with)));
}

} // namespace fedloom::client
