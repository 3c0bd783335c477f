#include "actors/combiner/collection_machine.hpp"

#include <algorithm>

namespace fedloom::combiner {

using namespace collection;
using domain::errc;
using domain::receipt_verdict;

namespace {

void append(effects& to, effects from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

} // namespace

collection_machine::collection_machine(domain::round_key round, domain::round_plan plan, collection_limits limits,
                                       staging_budget& staging, domain::gate& policy, domain::instant now)
    : round_(std::move(round)), plan_(std::move(plan)), limits_(limits), staging_(staging), policy_(policy),
      deadline_(now + plan_.remaining), away_until_(now + limits_.absence),
      has_package_(plan_.package.content == domain::package_digest{}),
      is_journalled_(plan_.kind != domain::task_kind::train) { // validations leave nothing to be taken up again
  for (const auto& client : plan_.cohort) {
    add(client, round_, plan_.model, domain::full_discount);
  }
  for (const auto& late : plan_.carried) {
    add(late.client, {round_.session, late.round, late.attempt}, late.parent, late.discount);
  }
  staging_.allow_for(plan_.model_bytes);
}

collection_machine::~collection_machine() {
  for (auto& [client, at] : answers_) {
    release(client, at);
  }
}

void collection_machine::add(const domain::client_id& client, const domain::round_key& about,
                             const domain::model_id& parent, std::uint32_t discount) {
  auto [at, is_new] = answers_.try_emplace(client);
  if (is_new) {
    at->second.about = about;
    at->second.parent = parent;
    at->second.discount = discount;
    ++tally_[static_cast<std::size_t>(phase::away)];
  }
}

void collection_machine::recover(const std::vector<domain::contribution>& answers) {
  stage_ = stage::recovered;
  for (const auto& one : answers) {
    if (const auto found = answers_.find(one.client); found != answers_.end()) {
      found->second.was_accepted = true;
    }
  }
}

effects collection_machine::planned_again(domain::instant now, const domain::round_plan& plan) {
  deadline_ = now + plan.remaining;
  if (stage_ == stage::recovered) { // what the sum had is asked for again; its clients keep it
    keep_only(plan);
    stage_ = stage::fetching;
    away_until_ = now + limits_.absence;
  }
  return told_again();
}

void collection_machine::keep_only(const domain::round_plan& plan) {
  plan_.cohort = plan.cohort;
  plan_.carried = plan.carried;
  std::set<domain::client_id> wanted(plan.cohort.begin(), plan.cohort.end());
  for (const auto& late : plan.carried) {
    wanted.insert(late.client);
  }
  for (auto at = answers_.begin(); at != answers_.end();) {
    const bool is_wanted = wanted.contains(at->first);
    tally_[static_cast<std::size_t>(at->second.at)] -= is_wanted ? 0 : 1;
    at = is_wanted ? std::next(at) : answers_.erase(at);
  }
}

effects collection_machine::told_again() const {
  return {report{stage_ == stage::frozen ? domain::body{make_partial()} : domain::body{totals()}, {}}};
}

effects collection_machine::plan_journalled(domain::instant now) {
  is_journalled_ = true;
  return begin_if_ready(now);
}

effects collection_machine::model_ready(domain::instant now, domain::shared_bytes inline_model) {
  if (!needs_model()) {
    return {};
  }
  has_model_ = true;
  inline_model_ = std::move(inline_model);
  return begin_if_ready(now);
}

effects collection_machine::package_ready(domain::instant now) {
  has_package_ = true;
  return begin_if_ready(now);
}

effects collection_machine::begin_if_ready(domain::instant now) {
  if (stage_ != stage::fetching || !has_model_ || !has_package_ || !is_journalled_) {
    return {};
  }
  stage_ = stage::collecting;
  effects out;
  for (auto& [client, at] : answers_) {
    if (at.at == phase::asked) {
      send_task(client, at, now, out);
    }
  }
  for (auto& one : std::exchange(held_, {})) {
    out.emplace_back(std::move(one));
  }
  return out;
}

effects collection_machine::client_came(domain::instant now, const domain::client_id& client,
                                        std::uint64_t max_examples) {
  const auto found = answers_.find(client);
  if (found == answers_.end() || !is_open()) {
    return {};
  }
  auto& at = found->second;
  at.max_examples = max_examples;
  const bool was_lost = at.at == phase::failed && at.failure.reason.code == errc::client_lost;
  if (has_answered(at) && !was_lost) {
    return {};
  }
  at.reopen = at.at == phase::uploading;
  if (at.at == phase::away || was_lost) {
    move(at, phase::asked);
  } // else it may have lost, with its process, what it was uploading; if not, it offers that again
  effects out;
  if (stage_ == stage::collecting) {
    send_task(client, at, now, out);
  }
  if (was_lost) {
    note_progress(now, out);
  }
  return out;
}

effects collection_machine::client_left(domain::instant now, const domain::client_id& client,
                                        const domain::error& reason) {
  const auto found = answers_.find(client);
  if (found == answers_.end() || !is_open()) {
    return {};
  }
  auto& at = found->second;
  if (has_answered(at)) {
    return {}; // its work is here, or it was lost already
  }
  effects out{client_failed{client, reason}};
  fail(client, at, {errc::client_lost, reason.text});
  note_progress(now, out);
  append(out, admit(now));
  return out;
}

effects collection_machine::received(domain::instant now, const domain::client_id& from,
                                     const domain::task_failed& what) {
  const auto found = answers_.find(from);
  if (found == answers_.end() || stage_ != stage::collecting || what.kind != plan_.kind) {
    return {}; // while fetching: it speaks of a task before this plan, and will be asked again
  }
  auto& at = found->second;
  if (has_answered(at)) {
    return {};
  }
  effects out{client_failed{from, what.reason}};
  fail(from, at, what.reason);
  release(from, at);
  note_progress(now, out);
  append(out, admit(now));
  return out;
}

effects collection_machine::received(domain::instant now, const domain::client_id& from, const domain::validation& what,
                                     const domain::shared_bytes& output) {
  const auto found = answers_.find(from);
  if (found == answers_.end() || plan_.kind == domain::task_kind::train || plan_.kind != what.kind || !is_open()) {
    return {};
  }
  auto& at = found->second;
  if (at.at == phase::accepted) {
    return {};
  }
  effects out;
  if (output.size() > std::min(domain::output_bytes, domain::outputs_in_all_bytes - outputs_)) { // I-9
    const domain::error reason{errc::too_large, "its output has " + std::to_string(output.size()) +
                                                    " bytes; one may have " + std::to_string(domain::output_bytes) +
                                                    ", all of a part " + std::to_string(domain::outputs_in_all_bytes)};
    out.emplace_back(client_failed{from, reason});
    fail(from, at, reason);
    note_progress(now, out);
    return out;
  }
  outputs_ += output.size();
  move(at, phase::accepted);
  const auto examples = std::max<std::uint64_t>(what.example_count, 1);
  at.contribution = {from, examples, examples, {}, what.metrics};
  at.contribution.took = time_taken(at, now);
  at.contribution.output.assign(reinterpret_cast<const char*>(output.data()), output.size());
  note_progress(now, out);
  return out;
}

effects collection_machine::tick(domain::instant now) {
  effects out;
  if (!is_open()) {
    return out;
  }
  if (count(phase::away) > 0 && now >= away_until_) {
    for (auto& [client, at] : answers_) {
      if (at.at == phase::away) {
        out.emplace_back(client_failed{client, {errc::client_lost, "not connected"}});
        fail(client, at, {errc::client_lost, "was not connected to the combiner"});
        report_due_ = true;
      }
    }
  }
  if (!waiting_.empty()) {
    append(out, stall(now));
  }
  append(out, admit(now));
  if (report_due_) {
    note_progress(now, out);
  }
  return out;
}

std::optional<domain::instant> collection_machine::next_wake() const {
  if (!is_open()) {
    return std::nullopt;
  }
  std::optional<domain::instant> wake;
  const auto at_latest = [&](domain::instant when) { wake = wake ? std::min(*wake, when) : when; };
  if (report_due_) {
    at_latest(last_report_ + limits_.report_pause);
  }
  if (close_at_) {
    at_latest(*close_at_);
  }
  if (count(phase::away) > 0) {
    at_latest(away_until_);
  }
  if (!waiting_.empty()) { // then the staging budget bounds how many are uploading
    for (const auto& client : receiving_) {
      if (const auto& at = answers_.at(client); at.at == phase::uploading) {
        at_latest(at.last_chunk + limits_.upload_stall);
      }
    }
  }
  return wake;
}

bool collection_machine::expects(const domain::client_id& client, const domain::round_key& key) const {
  const auto found = answers_.find(client);
  return found != answers_.end() && found->second.about == key;
}

void collection_machine::move(answer& at, phase to) {
  --tally_[static_cast<std::size_t>(at.at)];
  ++tally_[static_cast<std::size_t>(to)];
  at.at = to;
}

bool collection_machine::has_answered(const answer& at) {
  return at.at == phase::checking || at.at == phase::journalling || at.at == phase::accepted || at.at == phase::failed;
}

void collection_machine::fail(const domain::client_id& client, answer& at, domain::error reason,
                              std::int32_t needed_exponent) {
  if (at.at == phase::offered) {
    std::erase(waiting_, client);
  }
  move(at, phase::failed);
  at.failure = {client, std::move(reason), needed_exponent};
}

void collection_machine::send_task(const domain::client_id& client, answer& at, domain::instant now,
                                   effects& out) const {
  const auto left = std::chrono::duration_cast<domain::milliseconds>(deadline_ - now);
  if (left.count() <= 0) {
    return;
  }
  // Who is carried has the model of its own round already; the task only says that its update is wanted again.
  const bool is_fresh = at.about == round_;
  if (is_fresh && !at.asked_at) {
    at.asked_at = now;
  }
  out.emplace_back(send{client, at.about,
                        domain::task{plan_.kind, at.parent, plan_.model_bytes, left + plan_.late_patience,
                                     plan_.package, plan_.client_settings},
                        is_fresh ? inline_model_ : domain::shared_bytes{}});
}

/// 0, unknown: it was not asked here, but in an earlier round, or by a former life of this combiner.
domain::milliseconds collection_machine::time_taken(const answer& at, domain::instant now) {
  return at.asked_at ? std::chrono::duration_cast<domain::milliseconds>(now - *at.asked_at) : domain::milliseconds{0};
}

void collection_machine::send_receipt(const domain::client_id& client, const domain::round_key& about,
                                      receipt_verdict verdict, domain::error reason, effects& out) const {
  out.emplace_back(send{client, about, domain::receipt{plan_.kind, verdict, std::move(reason)}, {}});
}

domain::progress collection_machine::totals() const {
  const auto accepted = count(phase::accepted);
  const auto failed = count(phase::failed);
  return {plan_.lease, accepted, failed, static_cast<std::uint32_t>(answers_.size()) - accepted - failed};
}

void collection_machine::note_progress(domain::instant now, effects& out) {
  if (!is_open()) {
    return;
  }
  const auto now_totals = totals();
  if (now_totals.pending > 0 && now < last_report_ + limits_.report_pause) {
    report_due_ = true;
    return;
  }
  report_due_ = false;
  last_report_ = now;
  out.emplace_back(report{now_totals, {}});
}

} // namespace fedloom::combiner
