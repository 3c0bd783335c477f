#include "actors/combiner/deps.hpp"
#include "actors/combiner/identity.hpp"
#include "actors/kernel/actor_guard.hpp"
#include "actors/kernel/logger.hpp"
#include "actors/model/stream.hpp"

#include <caf/all.hpp>

namespace fedloom::combiner {

namespace {

using kernel::log;
using kernel::log_level;

/// The shell of the collection_machines: one per lease that is open here.
class collection_state {
public:
  static inline const char* name = "fedloom.combiner.collection";
  explicit collection_state(collection_actor::base* self) : self_(self) {}

  collection_actor::behavior_type start(deps_ptr with) {
    kernel::guard(self_);
    with_ = std::move(with);
    with_->names->send<roster_actor>(roster_name, get_members{});
    with_->names->send<uplink_actor>(uplink_name, reintroduce{});
    return {
        [this](const transport::inbound_ptr& in) { on_inbound(*in); },
        [](const transport::peer_notice&) {},
        [this](uplink_up) { on_uplink_up(); },
        [this](const client_came& m) { on_client_came(m.who); },
        [this](const client_left& m) { on_client_left(m); },
        [this](const model_ready& m) { on_model_ready(m); },
        [this](const model_failed& m) { on_model_failed(m); },
        [this](const model_served& m) { on_model_served(m); },
        [this](const fold_finished& m) { on_fold_finished(m); },
        [this](const freeze_finished& m) { on_freeze_finished(m); },
        [this](const kernel::wake& w) { on_wake(w); },
    };
  }

private:
  using machines = std::map<domain::lease_id, collection_machine>;

  // -- from the controller -----------------------------------------------------------

  void on_inbound(const transport::inbound& in) {
    if (in.identity == controller_identity) {
      on_controller(in.what);
    } else if (const auto client = client_of(in.identity)) {
      on_client(*client, in.what);
    }
    admit_waiting(); // what one collection gave up, another may take
  }

  void on_controller(const domain::message& in) {
    if (in.head.controller_term < term_) {
      log(log_level::warn, "collection", "stale-term", {{"message", std::string(domain::name_of(in.what))}});
      return; // from a controller that has been replaced
    }
    term_ = in.head.controller_term;
    std::visit(domain::overloaded{
                   [&](const domain::round_plan& m) { on_plan(in.head.round, m); },
                   [&](const domain::close_collection& m) {
                     with_machine(m.lease, [&](auto& one) { return one.close(now()); });
                   },
                   [&](const domain::round_closed& m) { on_round_closed(m); },
                   [&](const domain::grant& m) {
                     with_machine(domain::lease_id{m.transfer.value()}, [&](auto& one) { return one.granted(m); });
                   },
                   [&](const domain::credit& m) {
                     with_machine(domain::lease_id{m.transfer.value()}, [&](auto& one) { return one.credited(m); });
                   },
                   [](const auto&) {},
               },
               in.what);
  }

  void on_plan(const domain::round_key& round, const domain::round_plan& plan) {
    if (const auto known = open_.find(plan.lease); known != open_.end()) {
      perform_all(plan.lease, known->second.planned_again());
      return;
    }
    while (open_.size() >= with_->collections) {
      log(log_level::warn, "collection", "dropped", {{"round", domain::to_string(open_.begin()->second.round())}});
      drop(open_.begin());
    }
    auto& machine =
        open_.try_emplace(plan.lease, round, plan, with_->collection, staging_, *with_->policy, now()).first->second;
    with_->count->collections_are(open_.size());
    log(log_level::info, "collection", "opened",
        {{"round", domain::to_string(round)},
         {"kind", std::string(to_string(plan.kind))},
         {"cohort", std::uint64_t{plan.cohort.size()}}});
    for (const auto& client : plan.cohort) {
      if (const auto here = members_.find(client); here != members_.end()) {
        perform_all(plan.lease, machine.client_came(now(), client, here->second.max_examples));
      }
    }
    with_->names->send<model_cache_actor>(model_cache_name, need_model{plan.model, plan.model_bytes});
    arm();
  }

  void on_round_closed(const domain::round_closed& m) {
    if (const auto found = open_.find(m.lease); found != open_.end()) {
      perform_all(m.lease, found->second.closed(m.counted));
      log(log_level::info, "collection", "closed",
          {{"round", domain::to_string(found->second.round())}, {"counted", m.counted}});
      drop(found);
    }
  }

  /// Whatever is open is told again, so that a restarted controller can adopt it.
  void on_uplink_up() {
    for (auto& [lease, machine] : open_) {
      perform_all(lease, machine.planned_again());
    }
  }

  // -- from clients ---------------------------------------------------------------------

  void on_client(const domain::client_id& client, const domain::message& in) {
    std::visit(domain::overloaded{
                   [&](const domain::offer& m) { on_offer(client, in.head.round, m, in.payload); },
                   [&](const domain::chunk& m) { on_chunk(client, m, in.payload); },
                   [&](const domain::task_failed& m) {
                     with_round(in.head.round, m.kind, client,
                                [&](auto& one) { return one.received(now(), client, m); });
                   },
                   [&](const domain::validation& m) {
                     with_round(in.head.round, domain::task_kind::validate, client,
                                [&](auto& one) { return one.received(now(), client, m); });
                   },
                   [](const auto&) {},
               },
               in.what);
  }

  void on_offer(const domain::client_id& client, const domain::round_key& round, const domain::offer& what,
                const domain::shared_bytes& payload) {
    const bool known = with_round(round, domain::task_kind::train, client, [&](auto& one) {
      one.count_traffic(payload.size(), 0);
      return one.received(now(), client, what, payload);
    });
    if (!known) {
      say(client, round,
          domain::receipt{domain::task_kind::train,
                          domain::receipt_verdict::not_needed,
                          {domain::errc::not_found, "this round is not open here"}},
          {});
    }
  }

  void on_chunk(const domain::client_id& client, const domain::chunk& what, const domain::shared_bytes& payload) {
    for (auto& [lease, machine] : open_) {
      if (machine.takes_transfer(client, what.transfer)) {
        machine.count_traffic(payload.size(), 0);
        perform_all(lease, machine.received(now(), client, what, payload));
        return;
      }
    }
  }

  void on_client_came(const member& who) {
    members_[who.client] = who;
    for (auto& [lease, machine] : open_) {
      perform_all(lease, machine.client_came(now(), who.client, who.max_examples));
    }
  }

  void on_client_left(const client_left& m) {
    members_.erase(m.client);
    for (auto& [lease, machine] : open_) {
      perform_all(lease, machine.client_left(now(), m.client, m.reason));
    }
    admit_waiting();
  }

  // -- from the neighbours -----------------------------------------------------------------

  void on_model_ready(const model_ready& m) {
    const bool fits_inline = m.stream.size() <= domain::chunk_bytes;
    for (auto& [lease, machine] : open_) {
      if (machine.plan().model != m.model || !machine.is_fetching()) {
        continue;
      }
      if (machine.plan().kind == domain::task_kind::train) {
        const auto read = model::read_stream(m.stream.span());
        with_->folder->open(lease, m.stream.slice(0, read ? read->head_bytes : 0), machine.plan().scales);
      }
      perform_all(lease, machine.model_ready(now(), fits_inline ? m.stream : domain::shared_bytes{}));
    }
  }

  void on_model_failed(const model_failed& m) {
    for (auto at = open_.begin(); at != open_.end();) {
      const auto next = std::next(at);
      if (at->second.plan().model == m.model && at->second.is_fetching()) {
        to_the_controller(at->second.round(), domain::plan_declined{at->first, m.reason}, {});
        drop(at);
      }
      at = next;
    }
  }

  void on_model_served(const model_served& m) {
    for (auto at = open_.rbegin(); at != open_.rend(); ++at) {
      if (at->second.plan().model == m.model) {
        at->second.count_traffic(0, m.bytes);
        return;
      }
    }
  }

  void on_fold_finished(const fold_finished& m) {
    with_machine(m.lease, [&](auto& one) { return one.folded(now(), m.outcome); });
    admit_waiting();
  }

  void on_freeze_finished(const freeze_finished& m) {
    with_machine(m.lease, [&](auto& one) { return one.frozen(m.sum, m.content); });
  }

  void on_wake(const kernel::wake& w) {
    if (timer_.fires(w)) {
      for (auto& [lease, machine] : open_) {
        perform_all(lease, machine.tick(now()));
      }
      admit_waiting();
    }
    arm();
  }

  // -- effects ---------------------------------------------------------------------------------

  template <class F>
  void with_machine(domain::lease_id lease, F&& step) {
    if (const auto found = open_.find(lease); found != open_.end()) {
      perform_all(lease, step(found->second));
    }
  }

  template <class F>
  bool with_round(const domain::round_key& round, domain::task_kind kind, const domain::client_id& client, F&& step) {
    for (auto& [lease, machine] : open_) {
      if (machine.round() == round && machine.plan().kind == kind && machine.has(client)) {
        perform_all(lease, step(machine));
        return true;
      }
    }
    return false;
  }

  void admit_waiting() {
    with_->count->staging_is(staging_.used());
    for (auto& [lease, machine] : open_) {
      if (auto granted = machine.admit(now()); !granted.empty()) {
        perform_all(lease, std::move(granted));
      }
    }
  }

  void drop(machines::iterator which) {
    with_->folder->drop(which->first);
    open_.erase(which);
    with_->count->collections_are(open_.size());
    if (open_.empty()) {
      staging_.forget_limit();
    }
  }

  void perform_all(domain::lease_id lease, collection::effects effects) {
    for (auto& one : effects) {
      std::visit([&](auto& e) { perform(lease, e); }, one);
    }
    arm();
  }

  void perform(domain::lease_id lease, collection::send& e) {
    auto& machine = open_.at(lease);
    machine.count_traffic(0, e.payload.size());
    say(e.to, machine.round(), std::move(e.what), std::move(e.payload));
  }
  void perform(domain::lease_id lease, collection::report& e) {
    to_the_controller(open_.at(lease).round(), std::move(e.what), std::move(e.payload));
  }
  void perform(domain::lease_id lease, collection::fold& e) {
    with_->folder->fold(lease, std::move(e), [me = caf::actor_cast<collection_actor>(self_)](auto of, auto outcome) {
      caf::anon_send(me, fold_finished{of, std::move(outcome)});
    });
  }
  void perform(domain::lease_id lease, collection::freeze&) {
    with_->folder->freeze(lease, [me = caf::actor_cast<collection_actor>(self_)](auto of, auto sum, auto content) {
      caf::anon_send(me, freeze_finished{of, std::move(sum), content});
    });
  }
  void perform(domain::lease_id, collection::update_accepted& e) { with_->count->update_accepted(e.bytes); }
  void perform(domain::lease_id lease, collection::update_refused& e) {
    log(log_level::warn, "collection", "update-refused",
        {{"round", domain::to_string(open_.at(lease).round())},
         {"client", e.client.value()},
         {"reason", domain::to_string(e.reason)}});
    with_->count->update_refused(e.reason.code);
  }
  void perform(domain::lease_id lease, collection::client_failed& e) {
    log(log_level::warn, "collection", "client-failed",
        {{"round", domain::to_string(open_.at(lease).round())},
         {"client", e.client.value()},
         {"reason", domain::to_string(e.reason)}});
    with_->count->client_failed(e.reason.code);
  }

  void say(const domain::client_id& to, const domain::round_key& round, domain::body what,
           domain::shared_bytes payload) {
    if (const auto here = members_.find(to); here != members_.end()) {
      with_->mesh->send(here->second.peer, {{{}, round, 0, 0}, std::move(what), std::move(payload)});
    }
  }

  void to_the_controller(const domain::round_key& round, domain::body what, domain::shared_bytes payload) {
    with_->names->send<uplink_actor>(uplink_name, to_controller{round, std::move(what), std::move(payload)});
  }

  void arm() {
    std::optional<domain::instant> wake;
    for (const auto& [lease, machine] : open_) {
      const auto next = machine.next_wake();
      wake = wake && next ? std::min(*wake, *next) : wake ? wake : next;
    }
    timer_.arm(self_, wake);
  }

  domain::instant now() const { return kernel::now_of(self_); }

  collection_actor::base* self_;
  deps_ptr with_;
  domain::term term_;
  std::map<domain::client_id, member> members_; ///< as the roster tells
  staging_budget staging_;
  machines open_;
  kernel::wake_timer<collection_actor::base> timer_;
};

collection_actor::behavior_type run(collection_actor::stateful_pointer<collection_state> self, deps_ptr with) {
  return self->state.start(std::move(with));
}

} // namespace

caf::actor spawn_collection(caf::actor_system& system, deps_ptr with) {
  return caf::actor_cast<caf::actor>(system.spawn(run, std::move(with)));
}

} // namespace fedloom::combiner
