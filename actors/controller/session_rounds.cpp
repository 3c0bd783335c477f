// The rounds of the running session: opened, settled, committed or tried again.
#include "actors/controller/session_machine.hpp"

#include "actors/controller/lateness.hpp"

#include <algorithm>
#include <utility>

namespace fedloom::controller {

using namespace session;
using domain::errc;
using domain::session_status;

namespace {

/// The disk is full or failing: trying again at once would fail again, and is nothing that the session did wrong.
bool is_of_storage(errc code) {
  return code == errc::storage_full || code == errc::storage_failed;
}

constexpr std::uint64_t most_weight = std::uint64_t{1} << 50; // what fixed_point.hpp can sum exactly

} // namespace

effects session_machine::gather(domain::moment at) {
  if (due_) {
    return release(at, session_status::finished, *due_);
  }
  gather_until_ = at.now + current().options.round_timeout;
  return open_round(at);
}

effects session_machine::open_round(domain::moment at) {
  stage_ = stage::gathering;
  if (deferred_ && at.now < deferred_->until) {
    return {};
  }
  deferred_.reset();
  const auto cohort = draw_cohort(at);
  return cohort ? plan_round(at, *cohort) : effects{};
}

effects session_machine::plan_round(domain::moment at, const drawn_cohort& cohort) {
  const auto asked = cohort.clients.size();
  const auto ruling =
      policy_.decide(domain::gate_kind::selection, {{"clients", static_cast<std::int64_t>(asked), false}});
  if (ruling.answer == domain::ruling::defer && ruling.retry_after > domain::milliseconds{0}) {
    deferred_ = {at.now + ruling.retry_after, {errc::denied, ruling.reason}};
    return {};
  }
  auto record = new_record(at);
  record.scales = scales_for(cohort);
  record.choices = cohort.choices;
  record.decision = ruling.decision;
  record.policy_revision = ruling.revision;
  if (ruling.answer != domain::ruling::allow) {
    return refuse_round(at, std::move(record), {errc::denied, ruling.reason});
  }
  if (record.scales.total_weight > most_weight) {
    return refuse_round(
        at, std::move(record),
        {errc::bad_weight, "the clients of a round declare " + std::to_string(record.scales.total_weight) +
                               " units of weight, " + std::to_string(most_weight) +
                               " can be summed; lower their max_examples, or set weighting to uniform"});
  }
  record_ = std::move(record);
  auto plan = plan_for(domain::task_kind::train);
  plan.scales = record_->scales;
  collecting_ = make_collection(at, record_->key, std::move(plan), asked);
  collecting_->open(cohort.clients, cohort.carried);
  record_->parts = collecting_->parts();
  stage_ = stage::collecting;
  storage::batch changes;
  changes.rounds.push_back(*record_);
  effects out{begin_sum{record_->key, record_->parent, record_->scales}, store{std::move(changes)}};
  append(out, translate(at, *collecting_, collecting_->announce(at.now)));
  return out;
}

domain::round_record session_machine::new_record(domain::moment at) {
  domain::round_record record;
  record.key = {*running_, current().rounds_committed + 1, ++trials_[*running_].attempt};
  record.number = ++last_number_;
  record.parent = current().head;
  record.opened_at = at.date;
  return record;
}

/// The session ends with an attempt that nobody was asked in, so that its record says why (I-8).
effects session_machine::refuse_round(domain::moment at, domain::round_record unopened, domain::error reason) {
  record_ = std::move(unopened);
  record_->status = domain::round_status::failed;
  record_->reason = reason;
  record_->closed_at = at.date;
  return release(at, session_status::failed, std::move(reason));
}

effects session_machine::resume_round(domain::moment at, const domain::round_record& open) {
  record_ = open;
  std::size_t asked = 0;
  for (const auto& part : open.parts) {
    asked += part.cohort.size() + part.carried.size();
  }
  auto plan = plan_for(domain::task_kind::train);
  plan.scales = open.scales;
  collecting_ = make_collection(at, open.key, std::move(plan), asked);
  collecting_->adopt(at.now, open.parts, open.failures);
  stage_ = stage::collecting;
  effects out{begin_sum{open.key, open.parent, open.scales}};
  for (const auto& part : open.parts) {
    const bool is_up = living_.contains(part.combiner);
    append(out, translate(at, *collecting_,
                          is_up ? collecting_->combiner_up(at.now, part.combiner)
                                : collecting_->combiner_down(at.now, part.combiner)));
  }
  for (const auto& combiner : draining_) {
    append(out, translate(at, *collecting_, collecting_->combiner_draining(at.now, combiner)));
  }
  return out;
}

/// Set when the quorum is missed and only those who were lost could meet it, in this attempt or another: they are
/// waited for. One outage costs one attempt at most, however many it takes along.
std::optional<effects> session_machine::await_lost(domain::moment at) {
  const auto lost = collecting_->lost();
  const auto others = std::ranges::count_if(eligible(at), [&](const auto& one) { return !lost.contains(one.client); });
  if (std::cmp_greater_equal(others, current().options.min_clients) || !collecting_->wait_for_lost(at.now)) {
    return std::nullopt;
  }
  effects out{clients_awaited{record_->key, lost}};
  for (const auto& client : lost) {
    if (const auto here = available_.find(client); here != available_.end()) {
      append(out, translate(at, *collecting_, collecting_->client_up(at.now, here->second)));
    }
  }
  return out;
}

effects session_machine::round_settled(domain::moment at) {
  if (auto waiting = await_lost(at)) {
    return std::move(*waiting);
  }
  record_->contributions = collecting_->contributions();
  record_->failures = collecting_->failures();
  record_->weight = collecting_->weight();
  record_->bytes_up = collecting_->bytes_up();
  record_->bytes_down = collecting_->bytes_down();
  if (record_->contributions.size() < current().options.min_clients) {
    return fail_attempt(at, {errc::quorum_missed, std::to_string(record_->contributions.size()) +
                                                      " updates were accepted, " +
                                                      std::to_string(current().options.min_clients) + " are needed"});
  }
  const auto ruling =
      policy_.decide(domain::gate_kind::aggregate, {{"weight", static_cast<std::int64_t>(record_->weight), false}});
  if (ruling.answer != domain::ruling::allow) {
    return fail_attempt(at, {errc::denied, ruling.reason});
  }
  stage_ = stage::averaging;
  const auto& options = current().options;
  return {average{record_->key, optimizer_of(options), divisor_for(*record_, options), current().optimizer_state}};
}

effects session_machine::commit(domain::moment at, head_model next) {
  auto& session = current();
  record_->status = domain::round_status::committed;
  record_->model = next.model;
  record_->closed_at = at.date;
  std::erase_if(record_->parts, [&](const auto& part) { return !collecting_->is_taken(part.lease); });
  note_late(*record_);
  seen_.note(*record_);
  effects dropped;
  take_state(next, dropped);
  session.head = next.model;
  session.rounds_committed = record_->key.round;
  session.updated_at = at.date;
  const auto& prefix = session.options.model_name_prefix;
  storage::batch changes;
  changes.rounds.push_back(*record_);
  changes.sessions.push_back(session);
  changes.models.push_back({next.model, record_->parent, session.session, record_->key.round,
                            prefix.empty() ? std::string{} : prefix + "_" + std::to_string(record_->key.round),
                            next.stream_bytes, at.date});
  effects out{store{std::move(changes)}};
  append(out, std::move(dropped));
  tell_closed(*collecting_, true, out);
  head_ = std::move(next);
  trials_.erase(*running_);
  const auto committed = *record_;
  collecting_.reset();
  record_.reset();
  append(out, close_validations(at)); // they have had a whole round's time
  if (due_) {
    out.emplace_back(round_done{committed});
    append(out, release(at, session_status::finished, *due_));
    return out;
  }
  if (session.options.validate) {
    append(out, open_validation(at, committed));
  } else {
    out.emplace_back(round_done{committed});
  }
  if (session.rounds_committed < session.options.rounds) {
    append(out, gather(at));
  } else {
    stage_ = stage::finishing;
    append(out, tell_validated(at));
  }
  return out;
}

/// Head and state change in one batch. The state before it stays for one round, the one before that goes.
void session_machine::take_state(const head_model& next, effects& out) {
  auto& session = current();
  const auto before = std::exchange(session.optimizer_state, next.optimizer_state);
  if (!before || before == next.optimizer_state) {
    return;
  }
  const auto [at, is_first] = older_states_.try_emplace(session.session, *before);
  const auto oldest = std::exchange(at->second, *before);
  const bool is_in_use =
      std::ranges::any_of(sessions_, [&](const auto& one) { return one.second.optimizer_state == oldest; }) ||
      std::ranges::any_of(older_states_, [&](const auto& one) { return one.second == oldest; });
  if (!is_first && !is_in_use) {
    out.emplace_back(drop_state{oldest});
  }
}

effects session_machine::fail_attempt(domain::moment at, domain::error reason) {
  record_->status = domain::round_status::failed;
  record_->reason = reason;
  record_->closed_at = at.date;
  if (is_of_storage(reason.code)) {
    return release(at, session_status::paused, std::move(reason));
  }
  if (due_) { // the session needs no other round
    record_->status = domain::round_status::abandoned;
    return release(at, session_status::finished, *due_);
  }
  note_trial(*record_);
  note_late(*record_);
  seen_.note(*record_);
  if (trials_[*running_].failed >= current().options.round_attempts) {
    // In one batch: no restart may try once more (I-8).
    const auto full =
        std::ranges::find_if(record_->failures, [](const auto& one) { return is_of_storage(one.reason.code); });
    return full == record_->failures.end() ? release(at, session_status::failed, std::move(reason))
                                           : release(at, session_status::paused, full->reason);
  }
  effects out;
  storage::batch changes;
  changes.rounds.push_back(*record_);
  out.emplace_back(store{std::move(changes)});
  out.emplace_back(attempt_failed{*record_});
  tell_closed(*collecting_, false, out);
  out.emplace_back(drop_sum{});
  collecting_.reset();
  record_.reset();
  append(out, gather(at));
  return out;
}

/// What an attempt of the round at hand leaves behind for the next one, in this life or after a restart.
void session_machine::note_trial(const domain::round_record& of) {
  const auto session = sessions_.find(of.key.session);
  const bool may_go_on = session != sessions_.end() &&
                         (!has_ended(session->second.status) || session->second.status == session_status::finished);
  if (!may_go_on || of.key.round != session->second.rounds_committed + 1) {
    return;
  }
  auto& trials = trials_[of.key.session];
  trials.attempt = std::max(trials.attempt, of.key.attempt);
  if (of.status == domain::round_status::failed && !is_of_storage(of.reason.code)) {
    ++trials.failed;
  }
  for (const auto& failure : of.failures) {
    if (failure.reason.code == errc::out_of_range) {
      trials.least_exponent =
          std::max(trials.least_exponent.value_or(failure.needed_exponent), failure.needed_exponent);
    }
  }
}

/// Who is late is carried into the very next attempt or not at all: its combiner tells it so when that is planned.
void session_machine::note_late(const domain::round_record& ended) {
  late_ = {ended.key, ended.parts, unanswered(ended)};
}

} // namespace fedloom::controller
