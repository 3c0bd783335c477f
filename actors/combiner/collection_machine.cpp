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
      deadline_(now + plan_.remaining) {
  for (const auto& client : plan_.cohort) {
    answers_[client].since = now;
  }
  away_ = static_cast<std::uint32_t>(answers_.size());
  staging_.allow_for(plan_.model_bytes);
}

collection_machine::~collection_machine() {
  for (auto& [client, at] : answers_) {
    release(at);
  }
}

effects collection_machine::planned_again() {
  if (stage_ == stage::frozen) {
    return {report{make_partial(), {}}};
  }
  return {report{totals(), {}}};
}

effects collection_machine::model_ready(domain::instant now, domain::shared_bytes inline_model) {
  if (stage_ != stage::fetching) {
    return {};
  }
  stage_ = stage::collecting;
  inline_model_ = std::move(inline_model);
  effects out;
  for (const auto& [client, at] : answers_) {
    if (at.at == phase::asked) {
      send_task(client, now, out);
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
  if (at.at == phase::checking || at.at == phase::accepted || (at.at == phase::failed && !was_lost)) {
    return {};
  }
  away_ -= at.at == phase::away ? 1 : 0;
  failed_ -= was_lost ? 1 : 0;
  at.reopen = at.at == phase::uploading;
  if (at.at == phase::away || was_lost) {
    at.at = phase::asked;
  } // else it may have lost, with its process, what it was uploading; if not, it offers that again
  effects out;
  if (stage_ == stage::collecting) {
    send_task(client, now, out);
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
  if (at.at == phase::checking || at.at == phase::accepted || at.at == phase::failed) {
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
  if (at.at == phase::checking || at.at == phase::accepted || at.at == phase::failed) {
    return {};
  }
  effects out{client_failed{from, what.reason}};
  fail(from, at, what.reason);
  note_progress(now, out);
  append(out, admit(now));
  return out;
}

effects collection_machine::received(domain::instant now, const domain::client_id& from,
                                     const domain::validation& what) {
  const auto found = answers_.find(from);
  if (found == answers_.end() || plan_.kind != domain::task_kind::validate || !is_open()) {
    return {};
  }
  auto& at = found->second;
  if (at.at == phase::accepted) {
    return {};
  }
  away_ -= at.at == phase::away ? 1 : 0;
  failed_ -= at.at == phase::failed ? 1 : 0;
  at.at = phase::accepted;
  ++accepted_;
  const auto examples = std::max<std::uint64_t>(what.example_count, 1);
  at.contribution = {from, examples, examples, {}, what.metrics};
  effects out;
  note_progress(now, out);
  return out;
}

effects collection_machine::close(domain::instant now) {
  if (stage_ == stage::frozen) {
    return {report{make_partial(), {}}};
  }
  if (stage_ == stage::freezing) {
    return {};
  }
  effects out;
  const bool has_sum = plan_.kind == domain::task_kind::train && stage_ == stage::collecting;
  for (auto& [client, at] : answers_) {
    if (at.at == phase::asked || at.at == phase::offered || at.at == phase::uploading) {
      out.emplace_back(send{client, domain::cancel_task{plan_.kind}, {}});
    }
    const bool is_being_folded = at.at == phase::checking && stage_ == stage::collecting;
    if (!is_being_folded && at.at != phase::accepted && at.at != phase::failed) {
      fail(client, at, {errc::late, "had not answered when the collection was closed"});
    }
  }
  waiting_.clear();
  held_.clear();
  report_due_ = false;
  last_report_ = now;
  stage_ = stage::freezing;
  if (has_sum) {
    out.emplace_back(freeze{});
  } else {
    append(out, frozen({}, {}));
  }
  return out;
}

effects collection_machine::frozen(domain::shared_bytes sum, domain::digest sum_digest) {
  if (stage_ != stage::freezing) {
    return {};
  }
  stage_ = stage::frozen;
  const bool is_empty = accepted_ == 0 || plan_.kind != domain::task_kind::train;
  // The lease is unique over the controller's life, so it can name the transfer of this part's sum as well.
  sum_.emplace(domain::transfer_id{plan_.lease.value()}, is_empty ? domain::shared_bytes{} : std::move(sum));
  sum_digest_ = is_empty ? domain::digest{} : sum_digest;
  return {report{make_partial(), {}}};
}

effects collection_machine::granted(const domain::grant& what) {
  effects out;
  if (sum_) {
    for (auto& part : sum_->step(what)) {
      out.emplace_back(report{part.what, std::move(part.payload)});
    }
  }
  return out;
}

effects collection_machine::credited(const domain::credit& what) {
  effects out;
  if (sum_) {
    for (auto& part : sum_->step(what)) {
      out.emplace_back(report{part.what, std::move(part.payload)});
    }
  }
  return out;
}

effects collection_machine::closed(bool counted) {
  effects out;
  for (auto& [client, at] : answers_) {
    release(at);
    const bool is_in = at.at == phase::accepted && counted;
    send_receipt(client, is_in ? receipt_verdict::counted : receipt_verdict::not_needed, {}, out);
  }
  return out;
}

effects collection_machine::tick(domain::instant now) {
  effects out;
  if (!is_open()) {
    return out;
  }
  for (auto& [client, at] : answers_) {
    if (away_ > 0 && at.at == phase::away && now >= at.since + limits_.absence) {
      out.emplace_back(client_failed{client, {errc::client_lost, "not connected"}});
      fail(client, at, {errc::client_lost, "was not connected to the combiner"});
      report_due_ = true;
    } else if (at.at == phase::uploading && !waiting_.empty() && now >= at.since + limits_.upload_stall) {
      out.emplace_back(send{
          client,
          domain::abort_transfer{at.offered.transfer, {errc::busy, "stalled while others wait; granted again later"}},
          {}});
      release(at);
      at.at = phase::offered;
      waiting_.push_back(client);
    }
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
  if (away_ > 0 || !waiting_.empty()) {
    for (const auto& [client, at] : answers_) {
      if (at.at == phase::away) {
        at_latest(at.since + limits_.absence);
      } else if (at.at == phase::uploading && !waiting_.empty()) {
        at_latest(at.since + limits_.upload_stall);
      }
    }
  }
  return wake;
}

std::optional<domain::transfer_id> collection_machine::sum_transfer() const {
  return sum_ ? std::optional{sum_->transfer()} : std::nullopt;
}

void collection_machine::fail(const domain::client_id& client, answer& at, domain::error reason,
                              std::int32_t needed_exponent) {
  release(at);
  std::erase(waiting_, client);
  away_ -= at.at == phase::away ? 1 : 0;
  at.at = phase::failed;
  at.failure = {client, std::move(reason), needed_exponent};
  ++failed_;
}

void collection_machine::send_task(const domain::client_id& client, domain::instant now, effects& out) const {
  const auto remaining = std::chrono::duration_cast<domain::milliseconds>(deadline_ - now);
  if (remaining.count() > 0) {
    out.emplace_back(send{client, domain::task{plan_.kind, plan_.model, plan_.model_bytes, remaining}, inline_model_});
  }
}

void collection_machine::send_receipt(const domain::client_id& client, receipt_verdict verdict, domain::error reason,
                                      effects& out) const {
  out.emplace_back(send{client, domain::receipt{plan_.kind, verdict, std::move(reason)}, {}});
}

domain::progress collection_machine::totals() const {
  return {plan_.lease, accepted_, failed_, static_cast<std::uint32_t>(answers_.size()) - accepted_ - failed_};
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

domain::partial collection_machine::make_partial() const {
  domain::partial part;
  part.lease = plan_.lease;
  part.bytes_received = received_;
  part.bytes_sent = sent_;
  if (sum_) {
    part.transfer = sum_->transfer();
    part.sum_bytes = sum_->stream().size();
    part.sum_digest = sum_digest_;
  }
  for (const auto& [client, at] : answers_) {
    if (at.at == phase::accepted) {
      part.contributions.push_back(at.contribution);
      part.weight += at.contribution.weight;
    } else if (at.at == phase::failed) {
      part.failures.push_back(at.failure);
    }
  }
  return part;
}

} // namespace fedloom::combiner
