#include "actors/controller/deps.hpp"
#include "actors/kernel/actor_guard.hpp"
#include "actors/kernel/crash_point.hpp"
#include "actors/kernel/effect_runner.hpp"
#include "actors/kernel/logger.hpp"

#include <caf/all.hpp>

#include <random>

namespace fedloom::controller {

namespace {

using kernel::log;
using kernel::log_level;
using kernel::performed;

/// The shell of session_machine. Nothing may be said that is not stored: when the store is full, whoever waits for an
/// answer hears so, the machine begins anew from what is stored, and what was running is paused as soon as that can be
/// stored. When the disk itself failed, the actor dies, and so do its next lives, at once: until the process ends.
class session_state {
public:
  static inline const char* name = "fedloom.controller.session";
  explicit session_state(session_actor::base* self) : self_(self) {}

  session_actor::behavior_type start(deps_ptr with) {
    kernel::guard(self_);
    with_ = std::move(with);
    with_->health->expect_able_store();
    begin_anew();
    step(machine_->start(moment()));
    return {
        [this](const transport::inbound_ptr& in) { on_inbound(*in); },
        [](const transport::peer_notice&) {},
        [this](create_session& m) { return on_create(std::move(m)); },
        [this](const start_session& m) {
          return answered([&](reply_ticket to) { return machine_->begin(moment(), to, m.which, m.terms); });
        },
        [this](const change_session& m) {
          return answered([&](reply_ticket to) { return machine_->change(moment(), to, m.which, m.what); });
        },
        [this](const combiner_came& m) { on_combiner_came(m); },
        [this](const combiner_went& m) {
          peers_.erase(m.combiner);
          step(machine_->combiner_down(moment(), m.combiner));
        },
        [this](const combiner_drains& m) { step(machine_->combiner_draining(moment(), m.combiner)); },
        [this](const client_came& m) { step(machine_->client_up(moment(), m.who)); },
        [this](const client_went& m) { machine_->client_down(m.client); },
        [this](const model_loaded& m) { step(machine_->loaded(moment(), m.model, *m.outcome)); },
        [this](const round_averaged& m) { step(machine_->averaged(moment(), m.about, *m.outcome)); },
        [this](const sum_merged& m) { step(machine_->sum_merged(moment(), m.lease)); },
        [this](const sum_failed& m) { step(machine_->sum_failed(moment(), m.lease, m.reason)); },
        [this](const store_finished& done) { on_store_finished(done); },
        [this](const kernel::wake& w) { on_wake(w); },
    };
  }

private:
  void begin_anew() {
    machine_.emplace(with_->sessions, *with_->policy, with_->term, std::random_device{}());
    machine_->restore(with_->store->sessions(), with_->store->rounds(), with_->store->page<domain::run_record>({}));
    with_->names->send<registry_actor>(registry_name, get_fleet{});
  }

  using promise = caf::typed_response_promise<session_answer>;

  void on_inbound(const transport::inbound& in) {
    constexpr std::string_view prefix = "combiner/";
    if (in.identity.starts_with(prefix)) {
      step(machine_->received(moment(), domain::combiner_id{in.identity.substr(prefix.size())}, in.what));
    }
  }

  void on_combiner_came(const combiner_came& m) {
    peers_[m.combiner] = m.peer;
    step(machine_->combiner_up(moment(), m.combiner));
  }

  caf::result<session_answer> on_create(create_session m) {
    const bool seed_is_known = with_->models->has(m.wanted.seed);
    return answered(
        [&](reply_ticket to) { return machine_->create(moment(), to, std::move(m.wanted), seed_is_known); });
  }

  template <class F>
  caf::result<session_answer> answered(F&& ask) {
    if (full_) {
      return refusal(*full_);
    }
    const auto ticket = ++last_ticket_;
    auto answer = self_->make_response_promise<promise>();
    promises_.emplace(ticket, answer);
    step(ask(ticket));
    return answer;
  }

  static session_answer refusal(const domain::error& reason) {
    return std::make_shared<const domain::expected<domain::session_record>>(tl::unexpected(reason));
  }

  void on_store_finished(const store_finished& done) {
    if (done.reason.code == domain::errc::storage_full) {
      return on_store_full(done.reason);
    }
    if (done.reason.code != domain::errc::none) {
      // Nothing may be said that is not stored. A restart reads what is there and tries again.
      log(log_level::error, "session", "store-failed", {{"reason", domain::to_string(done.reason)}});
      with_->health->store_failed(done.reason);
      self_->quit(kernel::crash("the store failed: " + domain::to_string(done.reason)));
      return;
    }
    if (full_) {
      store_has_room();
    }
    runner_.resume();
  }

  void on_store_full(const domain::error& reason) {
    if (!full_) {
      log(log_level::error, "session", "store-full", {{"reason", domain::to_string(reason)}});
      with_->health->store_says(reason);
    }
    full_ = reason;
    look_again_ = moment().now + with_->sessions.full_disk_pause;
    runner_.clear();
    for (auto& [ticket, answer] : std::exchange(promises_, {})) {
      answer.deliver(refusal(reason));
    }
    ask_reduction(drop_sum{});
    begin_anew();
    arm();
  }

  void store_has_room() {
    log(log_level::info, "session", "store-has-room");
    full_.reset();
    with_->health->store_says({});
  }

  /// The store is asked by what it has to be told anyway: that the session is paused.
  void look_again() {
    look_again_ = moment().now + with_->sessions.full_disk_pause;
    runner_.run(machine_->halt(moment(), *full_));
    if (!runner_.blocked()) { // there was nothing to be told
      store_has_room();
    }
    arm();
  }

  void on_wake(const kernel::wake& w) {
    if (!timer_.fires(w)) {
      arm();
    } else if (full_ && !runner_.blocked() && moment().now >= look_again_) {
      look_again();
    } else {
      step(machine_->tick(moment()));
    }
  }

  void step(session::effects effects) {
    runner_.run(std::move(effects));
    arm();
  }

  void arm() {
    const auto wake = machine_->next_wake();
    const bool looks = full_ && !runner_.blocked();
    timer_.arm(self_, looks ? std::min(wake.value_or(look_again_), look_again_) : wake);
  }

  performed perform(session::store& e) {
    const bool commits = !e.changes.models.empty();
    if (commits) {
      kernel::crash_point("before-batch");
    }
    with_->writer->write(std::move(e.changes), [me = caf::actor_cast<session_actor>(self_), commits](auto outcome) {
      if (commits) {
        kernel::crash_point("after-batch");
      }
      caf::anon_send(me, store_finished{outcome ? domain::error{} : outcome.error()});
    });
    return performed::pending;
  }
  performed perform(session::send& e) {
    const auto peer = peers_.find(e.to);
    if (std::holds_alternative<domain::round_plan>(e.what)) {
      kernel::crash_point("before-plan");
    }
    if (peer != peers_.end()) { // otherwise it hears when it comes back
      with_->mesh->send(peer->second, {{with_->term, std::move(e.about), 0, 0}, std::move(e.what), {}});
    }
    return performed::done;
  }
  performed perform(session::load_model& e) {
    ask_reduction(load_model{e.model});
    return performed::done;
  }
  performed perform(session::begin_sum& e) {
    ask_reduction(e);
    return performed::done;
  }
  performed perform(session::fetch_sum& e) {
    ask_reduction(e);
    return performed::done;
  }
  performed perform(session::abandon_sum& e) {
    ask_reduction(e);
    return performed::done;
  }
  performed perform(session::average& e) {
    ask_reduction(e);
    return performed::done;
  }
  performed perform(session::drop_state& e) {
    ask_reduction(e);
    return performed::done;
  }
  performed perform(session::drop_sum&) {
    ask_reduction(drop_sum{});
    return performed::done;
  }
  performed perform(session::reply& e) {
    if (const auto to = promises_.extract(e.to)) {
      auto answer = to.mapped();
      answer.deliver(std::make_shared<const domain::expected<domain::session_record>>(std::move(e.what)));
    }
    return performed::done;
  }
  performed perform(session::round_done& e) {
    log(log_level::info, "session", "round-committed",
        {{"session", e.what.key.session.value()},
         {"round", std::uint64_t{e.what.key.round}},
         {"attempt", std::uint64_t{e.what.key.attempt}},
         {"updates", std::uint64_t{e.what.contributions.size()}},
         {"failures", std::uint64_t{e.what.failures.size()}},
         {"weight", e.what.weight}});
    with_->count->round_committed(e.what);
    with_->feed->publish(std::move(e.what));
    return performed::done;
  }
  performed perform(session::attempt_failed& e) {
    log(log_level::warn, "session", "attempt-failed",
        {{"session", e.what.key.session.value()},
         {"round", std::uint64_t{e.what.key.round}},
         {"attempt", std::uint64_t{e.what.key.attempt}},
         {"reason", domain::to_string(e.what.reason)}});
    with_->count->attempt_failed(e.what.reason.code);
    with_->feed->publish(std::move(e.what));
    return performed::done;
  }
  performed perform(session::session_done& e) {
    log(log_level::info, "session", "session-ended",
        {{"session", e.what.session.value()},
         {"status", std::string(to_string(e.what.status))},
         {"reason", e.what.reason.text}});
    with_->count->session_ended(e.what.status);
    with_->feed->publish(std::move(e.what));
    return performed::done;
  }
  performed perform(session::session_changed& e) {
    log(log_level::info, "session", "session-changed",
        {{"session", e.what.session.value()},
         {"status", std::string(to_string(e.what.status))},
         {"reason", e.what.reason.text}});
    with_->feed->publish(std::move(e.what));
    return performed::done;
  }
  performed perform(session::clients_awaited& e) {
    log(log_level::warn, "session", "clients-awaited",
        {{"session", e.about.session.value()},
         {"round", std::uint64_t{e.about.round}},
         {"attempt", std::uint64_t{e.about.attempt}},
         {"clients", std::uint64_t{e.who.size()}}});
    return performed::done;
  }

  template <class Message>
  void ask_reduction(Message what) {
    with_->names->send<reduction_actor>(reduction_name, std::move(what));
  }

  domain::moment moment() const {
    return {kernel::now_of(self_),
            std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now())};
  }

  session_actor::base* self_;
  deps_ptr with_;
  std::optional<session_machine> machine_;
  std::optional<domain::error> full_; ///< the store takes nothing at the moment
  domain::instant look_again_{};
  std::map<domain::combiner_id, transport::peer_id> peers_;
  std::map<reply_ticket, promise> promises_;
  reply_ticket last_ticket_ = 0;
  kernel::wake_timer<session_actor::base> timer_;
  kernel::effect_runner<session::effect> runner_{
      [this](session::effect& e) { return std::visit([this](auto& one) { return perform(one); }, e); }};
};

session_actor::behavior_type run(session_actor::stateful_pointer<session_state> self, deps_ptr with) {
  return self->state.start(std::move(with));
}

} // namespace

caf::actor spawn_session(caf::actor_system& system, deps_ptr with) {
  return caf::actor_cast<caf::actor>(system.spawn(run, std::move(with)));
}

} // namespace fedloom::controller
