#include "actors/combiner/deps.hpp"
#include "actors/combiner/identity.hpp"
#include "actors/kernel/actor_guard.hpp"
#include "actors/kernel/crash_point.hpp"
#include "actors/kernel/logger.hpp"

#include <caf/all.hpp>

namespace fedloom::combiner {

namespace {

using kernel::log;
using kernel::log_level;

/// The shell of parts_machine.
class collection_state {
public:
  static inline const char* name = "fedloom.combiner.collection";
  explicit collection_state(collection_actor::base* self) : self_(self) {}

  collection_actor::behavior_type start(deps_ptr with) {
    kernel::guard(self_);
    with_ = std::move(with);
    machine_.emplace(with_->parts, *with_->policy);
    auto journal = with_->journal->read();
    if (!journal) { // readable when the service started: the supervisor decides how often to try
      throw std::runtime_error(journal.error().text);
    }
    perform_all(machine_->recover(now(), std::move(*journal)));
    with_->names->send<roster_actor>(roster_name, get_members{});
    with_->names->send<uplink_actor>(uplink_name, reintroduce{});
    return {
        [this](const transport::inbound_ptr& in) { on_inbound(*in); },
        [](const transport::peer_notice&) {},
        [this](uplink_up) { perform_all(machine_->uplinked(now())); },
        [this](uplink_down) { on_uplink_lost(); },
        [this](const client_came& m) { on_client_came(m.who); },
        [this](const client_left& m) { on_client_left(m); },
        [this](const stream_ready& m) { perform_all(machine_->stream_ready(now(), m.name, m.stream)); },
        [this](const stream_failed& m) { perform_all(machine_->stream_failed(now(), m.name, m.reason)); },
        [this](const stream_served& m) { machine_->stream_served(m.name, m.bytes); },
        [this](const fold_finished& m) { perform_all(machine_->folded(now(), m.lease, m.outcome)); },
        [this](const freeze_finished& m) { perform_all(machine_->frozen(now(), m.lease, m.sum, m.content)); },
        [this](const journal_finished& m) { on_journal_finished(m); },
        [this](drain) { perform_all(machine_->drain(now())); },
        [this](const kernel::wake& w) { perform_all(timer_.fires(w) ? machine_->tick(now()) : parts::effects{}); },
    };
  }

private:
  void on_inbound(const transport::inbound& in) {
    if (in.identity == controller_identity) {
      perform_all(from_controller(in.what));
    } else if (const auto client = client_of(in.identity)) {
      perform_all(machine_->from_client(now(), *client, in.what));
    }
  }

  parts::effects from_controller(const domain::message& in) {
    if (in.head.controller_term < term_) {
      log(log_level::warn, "collection", "stale-term", {{"message", std::string(domain::name_of(in.what))}});
      return {}; // from a controller that has been replaced
    }
    term_ = in.head.controller_term;
    return std::visit(domain::overloaded{
                          [&](const domain::round_plan& m) { return machine_->planned(now(), in.head.round, m); },
                          [&](const domain::close_collection& m) { return machine_->closing(now(), m); },
                          [&](const domain::round_closed& m) { return machine_->closed(now(), m); },
                          [&](const domain::grant& m) { return machine_->granted(m); },
                          [&](const domain::credit& m) { return machine_->credited(m); },
                          [](const auto&) { return parts::effects{}; },
                      },
                      in.what);
  }

  void on_client_came(const member& who) {
    members_[who.client] = who.peer;
    perform_all(machine_->client_came(now(), who.client, who.max_examples));
  }

  void on_client_left(const client_left& m) {
    members_.erase(m.client);
    perform_all(machine_->client_left(now(), m.client, m.reason));
  }

  void on_uplink_lost() {
    machine_->uplink_lost(now());
    perform_all({});
  }

  void on_journal_finished(const journal_finished& m) {
    if (!m.outcome) {
      log(log_level::error, "collection", "journal-failed", {{"reason", domain::to_string(m.outcome.error())}});
    }
    perform_all(machine_->journalled(now(), m.lease, m.client, m.outcome));
  }

  // -- effects ---------------------------------------------------------------------------------

  void perform_all(parts::effects effects) {
    for (auto& one : effects) {
      std::visit([this](auto& e) { perform(e); }, one);
    }
    with_->count->collections_are(machine_->size());
    with_->count->staging_is(machine_->staged());
    timer_.arm(self_, machine_->next_wake());
  }

  void perform(parts::send& e) {
    if (std::holds_alternative<domain::task>(e.what)) {
      kernel::crash_point("before-task");
    }
    if (const auto here = members_.find(e.to); here != members_.end()) {
      with_->mesh->send(here->second, {{{}, std::move(e.about), 0, 0}, std::move(e.what), std::move(e.payload)});
    }
  }
  void perform(parts::report& e) {
    if (std::holds_alternative<domain::partial>(e.what)) {
      kernel::crash_point("before-partial");
    }
    with_->names->send<uplink_actor>(uplink_name,
                                     to_controller{std::move(e.about), std::move(e.what), std::move(e.payload)});
  }
  void perform(parts::need_stream& e) {
    with_->names->send<model_cache_actor>(model_cache_name, need_stream{e.name, e.bytes});
  }
  void perform(parts::open_sum& e) { with_->folder->open(e.lease, std::move(e.head), std::move(e.scales)); }
  void perform(parts::fold& e) {
    with_->folder->fold(e.lease, std::move(e.what), [me = me()](auto of, auto outcome) {
      caf::anon_send(me, fold_finished{of, std::move(outcome)});
    });
  }
  void perform(parts::freeze& e) {
    with_->folder->freeze(e.lease, [me = me()](auto of, auto sum, auto content) {
      caf::anon_send(me, freeze_finished{of, std::move(sum), content});
    });
  }
  void perform(parts::drop_sum& e) { with_->folder->drop(e.lease); }
  void perform(parts::journal& e) {
    kernel::crash_point("before-journal");
    with_->writer->write(std::move(e.entry), [me = me(), lease = e.lease, client = e.client](const auto& outcome) {
      caf::anon_send(me, journal_finished{lease, client, outcome});
    });
  }
  void perform(parts::dismiss&) { with_->names->send<roster_actor>(roster_name, leave{}); }
  void perform(parts::drained&) { with_->drained(); }
  void perform(parts::opened& e) {
    log(log_level::info, "collection", e.recovered ? "recovered" : "opened",
        {{"round", domain::to_string(e.round)},
         {"kind", std::string(to_string(e.kind))},
         {"cohort", std::uint64_t{e.clients}}});
  }
  void perform(parts::ended& e) {
    log(log_level::info, "collection", "closed", {{"round", domain::to_string(e.round)}, {"counted", e.counted}});
  }
  void perform(parts::dropped& e) {
    log(log_level::warn, "collection", "dropped",
        {{"round", domain::to_string(e.round)}, {"reason", domain::to_string(e.reason)}});
  }
  void perform(parts::update_accepted& e) {
    with_->count->update_accepted(e.bytes);
    kernel::crash_point("accepted");
  }
  void perform(parts::update_refused& e) {
    note("update-refused", e.round, e.client, e.reason);
    with_->count->update_refused(e.reason.code);
  }
  void perform(parts::client_failed& e) {
    note("client-failed", e.round, e.client, e.reason);
    with_->count->client_failed(e.reason.code);
  }

  static void note(const char* event, const domain::round_key& round, const domain::client_id& client,
                   const domain::error& reason) {
    log(log_level::warn, "collection", event,
        {{"round", domain::to_string(round)}, {"client", client.value()}, {"reason", domain::to_string(reason)}});
  }

  collection_actor me() const { return caf::actor_cast<collection_actor>(self_); }
  domain::instant now() const { return kernel::now_of(self_); }

  collection_actor::base* self_;
  deps_ptr with_;
  domain::term term_;
  std::map<domain::client_id, transport::peer_id> members_; ///< as the roster tells
  std::optional<parts_machine> machine_;
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
