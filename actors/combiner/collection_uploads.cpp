// Updates on their way into the sum: offered, granted within the budget, received, checked, folded or refused.
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

effects collection_machine::received(domain::instant now, const domain::client_id& from, const domain::offer& what,
                                     domain::shared_bytes payload) {
  effects out;
  const auto found = answers_.find(from);
  if (found == answers_.end() || plan_.kind != domain::task_kind::train) {
    send_receipt(from, round_, receipt_verdict::not_needed, {errc::not_found, "not asked in this round"}, out);
    return out;
  }
  auto& at = found->second;
  if (stage_ == stage::recovered || at.at == phase::checking || at.at == phase::journalling) {
    return out; // it is asked again when the plan is; or its receipt is on the way
  }
  if (at.at == phase::accepted) { // sent again after a broken connection: the first one counts
    send_receipt(from, at.about, receipt_verdict::accepted, {}, out);
    return out;
  }
  if (!is_open()) {
    return too_late(from, at);
  }
  if (auto reason = why_refused(at, what, payload); reason.code != errc::none) {
    return refuse(now, from, at, std::move(reason));
  }
  if (at.receiver && at.offered.content == what.content) {
    go_on(now, from, at, what, out);
    return out;
  }
  if (at.at == phase::offered && at.offered.content == what.content) {
    at.offered = what;
    return out;
  }
  release(from, at);
  if (at.at == phase::offered) {
    std::erase(waiting_, from);
  }
  at.offered = what;
  move(at, phase::offered);
  if (!payload.empty()) {
    begin_check(now, from, at, {std::move(payload)}, {}, out);
    return out;
  }
  waiting_.push_back(from);
  append(out, admit(now));
  return out;
}

/// Frozen: what comes now cannot be in this part. Who was lost may be asked again in another part of the round.
effects collection_machine::too_late(const domain::client_id& from, const answer& at) const {
  effects out;
  const bool is_late = at.at == phase::failed && at.failure.reason.code == errc::late;
  const bool is_away = at.at == phase::failed &&
                       (at.failure.reason.code == errc::draining || at.failure.reason.code == errc::client_lost);
  const bool may_count_elsewhere = (is_late && carries_late()) || is_away;
  if (!may_count_elsewhere) {
    send_receipt(from, at.about, receipt_verdict::not_needed, {errc::late, "the round does not take updates any more"},
                 out);
    out.emplace_back(update_refused{from, {errc::late, "offered after the collection was closed"}});
  }
  return out;
}

/// The same update is offered again in the midst of its upload: it goes on at the chunk where it stopped.
void collection_machine::go_on(domain::instant now, const domain::client_id& client, answer& at,
                               const domain::offer& what, effects& out) {
  const bool is_under_way = at.at == phase::uploading && at.offered.transfer == what.transfer;
  if (is_under_way && !std::exchange(at.reopen, false)) {
    return; // granted over this connection already
  }
  at.receiver->continue_as(what.transfer); // a new process counts its transfers anew
  at.offered = what;
  at.last_chunk = now;
  at.reopen = false;
  move(at, phase::uploading);
  out.emplace_back(send{client, at.about, at.receiver->open(), {}});
}

effects collection_machine::received(domain::instant now, const domain::client_id& from, const domain::chunk& what,
                                     domain::shared_bytes payload) {
  const auto found = answers_.find(from);
  if (found == answers_.end() || found->second.at != phase::uploading) {
    return {};
  }
  auto& at = found->second;
  at.last_chunk = now;
  const auto taken = at.receiver->step(what, std::move(payload));
  if (!taken) {
    effects out{send{from, at.about, domain::abort_transfer{what.transfer, taken.error()}, {}}};
    append(out, refuse(now, from, at, taken.error()));
    return out;
  }
  effects out;
  if (taken->rewind) {
    out.emplace_back(send{from, at.about, *taken->rewind, {}});
  }
  if (taken->more) {
    out.emplace_back(send{from, at.about, *taken->more, {}});
  }
  if (taken->complete) {
    auto announced = at.receiver->digests();
    auto pieces = at.receiver->take_chunks();
    at.receiver.reset();
    receiving_.erase(from);
    begin_check(now, from, at, std::move(pieces), std::move(announced), out);
  }
  return out;
}

effects collection_machine::folded(domain::instant now, const collection::folded& outcome) {
  const auto found = answers_.find(outcome.client);
  if (found == answers_.end() || found->second.at != phase::checking) {
    return {};
  }
  auto& at = found->second;
  if (outcome.reason.code != errc::none) {
    return refuse(now, outcome.client, at, outcome.reason, outcome.needed_exponent);
  }
  release(outcome.client, at);
  move(at, phase::journalling);
  effects out{journal{at.contribution}};
  append(out, admit(now));
  return out;
}

effects collection_machine::journalled(domain::instant now, const domain::client_id& client) {
  const auto found = answers_.find(client);
  if (found == answers_.end() || found->second.at != phase::journalling) {
    return {};
  }
  auto& at = found->second;
  move(at, phase::accepted);
  effects out{update_accepted{client, at.offered.stream_bytes}};
  send_receipt(client, at.about, receipt_verdict::accepted, {}, out); // I-5
  note_progress(now, out);
  append(out, finish_if_ready());
  return out;
}

effects collection_machine::admit(domain::instant now) {
  effects out;
  while (is_open() && !waiting_.empty()) {
    const auto client = waiting_.front();
    auto& at = answers_.at(client);
    if (!staging_.take(at.offered.stream_bytes) && !(give_way() && staging_.take(at.offered.stream_bytes))) {
      break;
    }
    at.staged = at.offered.stream_bytes;
    waiting_.pop_front();
    move(at, phase::uploading);
    at.last_chunk = now;
    at.receiver.emplace(at.offered.transfer, at.offered.stream_bytes, limits_.window);
    receiving_.insert(client);
    out.emplace_back(send{client, at.about, at.receiver->open(), {}});
  }
  return out;
}

bool collection_machine::give_way() {
  bool gave = false;
  for (const auto& client : std::set(receiving_)) {
    if (auto& at = answers_.at(client); at.at != phase::uploading) {
      release(client, at);
      gave = true;
    }
  }
  return gave;
}

/// Uploads that do not move make room for those that wait.
effects collection_machine::stall(domain::instant now) {
  effects out;
  for (const auto& client : std::set(receiving_)) {
    auto& at = answers_.at(client);
    if (at.at == phase::uploading && now >= at.last_chunk + limits_.upload_stall) {
      const domain::error why{errc::busy, "stalled while others wait; granted again later"};
      out.emplace_back(send{client, at.about, domain::abort_transfer{at.offered.transfer, why}, {}});
      release(client, at);
      move(at, phase::offered);
      waiting_.push_back(client);
    }
  }
  return out;
}

bool collection_machine::takes_transfer(const domain::client_id& client, domain::transfer_id transfer) const {
  const auto found = answers_.find(client);
  return found != answers_.end() && found->second.at == phase::uploading && found->second.offered.transfer == transfer;
}

domain::error collection_machine::why_refused(const answer& from, const domain::offer& what,
                                              const domain::shared_bytes& payload) const {
  if (what.parent != from.parent) {
    return {errc::wrong_parent,
            "trained from " + to_hex(what.parent) + ", this round's model is " + to_hex(from.parent)};
  }
  if (what.stream_bytes != plan_.model_bytes) {
    return {what.stream_bytes > plan_.model_bytes ? errc::too_large : errc::wrong_shape,
            "the update has " + std::to_string(what.stream_bytes) + " bytes, the model " +
                std::to_string(plan_.model_bytes)};
  }
  if (what.example_count < 1 || (from.max_examples > 0 && what.example_count > from.max_examples)) {
    return {errc::bad_weight, "example_count " + std::to_string(what.example_count) + " is not within 1 and " +
                                  std::to_string(from.max_examples) + ", which the client declared when it joined"};
  }
  if (!payload.empty() && payload.size() != what.stream_bytes) {
    return {errc::malformed, "the inline update is shorter or longer than announced"};
  }
  return {};
}

effects collection_machine::refuse(domain::instant now, const domain::client_id& client, answer& at,
                                   domain::error reason, std::int32_t needed_exponent) {
  effects out{update_refused{client, reason}};
  send_receipt(client, at.about, receipt_verdict::rejected, reason, out);
  if (at.at != phase::failed) {
    fail(client, at, std::move(reason), needed_exponent);
    note_progress(now, out);
  }
  release(client, at);
  append(out, admit(now));
  return out;
}

void collection_machine::begin_check(domain::instant now, const domain::client_id& client, answer& at,
                                     std::vector<domain::shared_bytes> pieces, std::vector<domain::digest> announced,
                                     effects& out) {
  const auto ruling = policy_.decide(domain::gate_kind::update_accepted,
                                     {{"client", client.value(), false},
                                      {"bytes", static_cast<std::int64_t>(at.offered.stream_bytes), false},
                                      {"examples", static_cast<std::int64_t>(at.offered.example_count), true}});
  if (ruling.answer != domain::ruling::allow) {
    append(out, refuse(now, client, at, {errc::denied, ruling.reason}));
    return;
  }
  const auto weight = weight_of(at);
  move(at, phase::checking);
  at.contribution = {client, weight, at.offered.example_count, at.offered.content, at.offered.metrics};
  at.contribution.took = time_taken(at, now);
  if (at.about != round_) {
    at.contribution.from_round = at.about.round;
    at.contribution.from_attempt = at.about.attempt;
  }
  fold job{client, std::move(pieces), std::move(announced), at.offered.content, weight};
  if (stage_ == stage::fetching) {
    held_.push_back(std::move(job));
  } else {
    out.emplace_back(std::move(job));
  }
}

std::uint64_t collection_machine::weight_of(const answer& at) const {
  const std::uint64_t weight = plan_.weights == domain::weighting::uniform ? 1 : at.offered.example_count;
  return plan_.late_patience.count() > 0 ? weight * at.discount : weight;
}

void collection_machine::release(const domain::client_id& client, answer& at) {
  staging_.give_back(at.staged);
  at.staged = 0;
  at.receiver.reset();
  receiving_.erase(client);
}

} // namespace fedloom::combiner
