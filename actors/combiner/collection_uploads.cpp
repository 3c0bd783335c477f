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
    send_receipt(from, receipt_verdict::not_needed, {errc::not_found, "not asked in this round"}, out);
    return out;
  }
  auto& at = found->second;
  if (at.at == phase::accepted) { // sent again after a broken connection: the first one counts
    send_receipt(from, receipt_verdict::accepted, {}, out);
    return out;
  }
  if (at.at == phase::checking) {
    return out; // its receipt is on the way
  }
  if (!is_open()) {
    send_receipt(from, receipt_verdict::not_needed, {errc::late, "the round does not take updates any more"}, out);
    out.emplace_back(update_refused{from, {errc::late, "offered after the collection was closed"}});
    return out;
  }
  if (auto reason = why_refused(at, what, payload); reason.code != errc::none) {
    return refuse(now, from, at, std::move(reason));
  }
  if (at.at == phase::uploading && at.offered.content == what.content) { // goes on where it stopped
    const bool is_same = at.offered.transfer == what.transfer;
    if (is_same && !std::exchange(at.reopen, false)) {
      return out; // granted over this connection already
    }
    at.since = now;
    if (!is_same) {
      at.receiver.emplace(what.transfer, what.stream_bytes, limits_.window);
    }
    at.offered = what;
    out.emplace_back(send{from, at.receiver->open(), {}});
    return out;
  }
  if (at.at == phase::offered && at.offered.content == what.content) {
    at.offered = what;
    return out;
  }
  release(at);
  away_ -= at.at == phase::away ? 1 : 0;
  failed_ -= at.at == phase::failed ? 1 : 0;
  std::erase(waiting_, from);
  at.offered = what;
  at.since = now;
  at.at = phase::offered;
  if (!payload.empty()) {
    begin_check(from, at, {std::move(payload)}, {}, out);
    return out;
  }
  waiting_.push_back(from);
  append(out, admit(now));
  return out;
}

effects collection_machine::received(domain::instant now, const domain::client_id& from, const domain::chunk& what,
                                     domain::shared_bytes payload) {
  const auto found = answers_.find(from);
  if (found == answers_.end() || found->second.at != phase::uploading) {
    return {};
  }
  auto& at = found->second;
  at.since = now;
  const auto taken = at.receiver->step(what, std::move(payload));
  if (!taken) {
    effects out{send{from, domain::abort_transfer{what.transfer, taken.error()}, {}}};
    append(out, refuse(now, from, at, taken.error()));
    return out;
  }
  effects out;
  if (taken->rewind) {
    out.emplace_back(send{from, *taken->rewind, {}});
  }
  if (taken->more) {
    out.emplace_back(send{from, *taken->more, {}});
  }
  if (taken->complete) {
    auto announced = at.receiver->digests();
    auto pieces = at.receiver->take_chunks();
    at.receiver.reset();
    begin_check(from, at, std::move(pieces), std::move(announced), out);
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
  release(at);
  at.at = phase::accepted;
  ++accepted_;
  effects out{update_accepted{outcome.client, at.offered.stream_bytes}};
  send_receipt(outcome.client, receipt_verdict::accepted, {}, out);
  note_progress(now, out);
  append(out, admit(now));
  return out;
}

effects collection_machine::admit(domain::instant now) {
  effects out;
  while (is_open() && !waiting_.empty()) {
    const auto client = waiting_.front();
    auto& at = answers_.at(client);
    if (!staging_.take(at.offered.stream_bytes)) {
      break;
    }
    at.staged = at.offered.stream_bytes;
    waiting_.pop_front();
    at.at = phase::uploading;
    at.since = now;
    at.receiver.emplace(at.offered.transfer, at.offered.stream_bytes, limits_.window);
    out.emplace_back(send{client, at.receiver->open(), {}});
  }
  return out;
}

bool collection_machine::takes_transfer(const domain::client_id& client, domain::transfer_id transfer) const {
  const auto found = answers_.find(client);
  return found != answers_.end() && found->second.at == phase::uploading && found->second.offered.transfer == transfer;
}

domain::error collection_machine::why_refused(const answer& from, const domain::offer& what,
                                              const domain::shared_bytes& payload) const {
  if (what.parent != plan_.model) {
    return {errc::wrong_parent,
            "trained from " + to_hex(what.parent) + ", this round's model is " + to_hex(plan_.model)};
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
  send_receipt(client, receipt_verdict::rejected, reason, out);
  if (at.at != phase::failed) {
    fail(client, at, std::move(reason), needed_exponent);
    note_progress(now, out);
  }
  append(out, admit(now));
  return out;
}

void collection_machine::begin_check(const domain::client_id& client, answer& at,
                                     std::vector<domain::shared_bytes> pieces, std::vector<domain::digest> announced,
                                     effects& out) {
  const auto ruling = policy_.decide(domain::gate_kind::update_accepted,
                                     {{"client", client.value(), false},
                                      {"bytes", static_cast<std::int64_t>(at.offered.stream_bytes), false},
                                      {"examples", static_cast<std::int64_t>(at.offered.example_count), true}});
  if (ruling.answer != domain::ruling::allow) {
    append(out, refuse(at.since, client, at, {errc::denied, ruling.reason}));
    return;
  }
  const auto weight = plan_.weights == domain::weighting::uniform ? 1 : at.offered.example_count;
  at.at = phase::checking;
  at.contribution = {client, weight, at.offered.example_count, at.offered.content, at.offered.metrics};
  fold job{client, std::move(pieces), std::move(announced), at.offered.content, weight};
  if (stage_ == stage::fetching) {
    held_.push_back(std::move(job));
  } else {
    out.emplace_back(std::move(job));
  }
}

void collection_machine::release(answer& at) {
  staging_.give_back(at.staged);
  at.staged = 0;
  at.receiver.reset();
}

} // namespace fedloom::combiner
