#include "actors/client/task_machine.hpp"

#include "actors/transfer/digests.hpp"

#include <cstring>

namespace fedloom::client {

using namespace work;

namespace {

void append(effects& to, effects from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

domain::milliseconds left(domain::instant now, domain::instant deadline) {
  return std::chrono::duration_cast<domain::milliseconds>(deadline - now);
}

} // namespace

effects task_machine::attached(domain::instant now) {
  attached_ = true;
  effects out;
  for (const auto& [round, update] : kept_) {
    send_offer(round, update, out);
  }
  if (fetch_) {
    out.push_back(ask_for_model(now));
  }
  append(out, advance(now));
  return out;
}

void task_machine::detached() {
  attached_ = false;
}

effects task_machine::received(domain::instant now, const domain::message& what) {
  const auto& round = what.head.round;
  return std::visit(domain::overloaded{
                        [&](const domain::task& m) { return on(now, round, m, what.payload); },
                        [&](const domain::cancel_task& m) { return on(round, m); },
                        [&](const domain::receipt& m) { return on(round, m); },
                        [&](const domain::chunk& m) { return on(now, m, what.payload); },
                        [&](const domain::abort_transfer& m) { return on(now, m); },
                        [&](const domain::grant& m) { return on(m); },
                        [&](const domain::credit& m) { return on(m); },
                        [](const auto&) { return effects{}; },
                    },
                    what.what);
}

effects task_machine::trained(domain::instant now, const domain::round_key& round,
                              domain::expected<trained_update> outcome) {
  effects out;
  if (!running_ || running_->round != round || running_->kind != domain::task_kind::train) {
    return out;
  }
  const auto done = *running_;
  running_.reset();
  if (outcome && !done.cancelled) {
    auto& result = outcome->result;
    const domain::transfer_id transfer{next_transfer_++};
    domain::offer what{transfer,
                       done.model,
                       transfer::digest_over(*outcome->chunk_digests),
                       result.stream.size(),
                       result.example_count,
                       std::move(result.metrics)};
    keep(round, {std::move(what), {transfer, std::move(result.stream), std::move(outcome->chunk_digests)}});
    send_offer(round, kept_.at(round), out);
  } else if (!done.cancelled) {
    out.emplace_back(report_failure{round, done.kind, outcome.error()});
    if (attached_) {
      out.emplace_back(send{round, domain::task_failed{done.kind, outcome.error()}, {}});
    }
  }
  append(out, advance(now));
  return out;
}

effects task_machine::validated(domain::instant now, const domain::round_key& round,
                                domain::expected<validation_result> outcome) {
  effects out;
  if (!running_ || running_->round != round || running_->kind != domain::task_kind::validate) {
    return out;
  }
  const auto done = *running_;
  running_.reset();
  if (outcome && !done.cancelled) {
    last_validation_ = {round, domain::validation{outcome->example_count, std::move(outcome->metrics)}};
    if (attached_) {
      out.emplace_back(send{round, last_validation_->second, {}});
    }
  } else if (!done.cancelled) {
    out.emplace_back(report_failure{round, done.kind, outcome.error()});
    if (attached_) {
      out.emplace_back(send{round, domain::task_failed{done.kind, outcome.error()}, {}});
    }
  }
  append(out, advance(now));
  return out;
}

effects task_machine::tick(domain::instant now) {
  if (fetch_ && attached_ && now >= fetch_->last_chunk + limits_.stall) {
    return {ask_for_model(now)};
  }
  return {};
}

std::optional<domain::instant> task_machine::next_wake() const {
  return fetch_ && attached_ ? std::optional{fetch_->last_chunk + limits_.stall} : std::nullopt;
}

effects task_machine::on(domain::instant now, const domain::round_key& round, const domain::task& what,
                         const domain::shared_bytes& inline_model) {
  effects out;
  if (!inline_model.empty() && (!model_ || model_->id != what.model)) {
    model_ = {what.model, inline_model};
  }
  if (knows(round, what.kind)) {
    return out;
  }
  if (const auto kept = kept_.find(round); what.kind == domain::task_kind::train && kept != kept_.end()) {
    send_offer(round, kept->second, out);
    return out;
  }
  if (what.kind == domain::task_kind::validate && last_validation_ && last_validation_->first == round) {
    out.emplace_back(send{round, last_validation_->second, {}});
    return out;
  }
  if (what.kind == domain::task_kind::train && offer_spare(round, what, out)) {
    return out;
  }
  if (what.model_bytes > limits_.model_bytes) {
    out.emplace_back(send{round,
                          domain::task_failed{what.kind,
                                              {domain::errc::too_large,
                                               "the model has " + std::to_string(what.model_bytes) +
                                                   " bytes, this client takes " + std::to_string(limits_.model_bytes)}},
                          {}});
    return out;
  }
  if (waiting_.size() >= limits_.waiting_tasks) {
    const auto& oldest = waiting_.front(); // belongs to a round that has moved on without us
    const domain::error busy{domain::errc::busy, "the client has too many tasks waiting"};
    out.emplace_back(report_failure{oldest.round, oldest.what.kind, busy});
    out.emplace_back(send{oldest.round, domain::task_failed{oldest.what.kind, busy}, {}});
    waiting_.pop_front();
    fetch_.reset();
  }
  waiting_.push_back({round, what, now + what.remaining});
  append(out, advance(now));
  return out;
}

effects task_machine::on(const domain::round_key& round, const domain::cancel_task& what) {
  return cancel(round, what.kind);
}

effects task_machine::on(const domain::round_key& round, const domain::receipt& what) {
  effects out{report_receipt{round, what}};
  const bool over =
      what.verdict == domain::receipt_verdict::counted || what.verdict == domain::receipt_verdict::not_needed;
  if (over) {
    append(out, cancel(round, what.kind));
  }
  const auto kept = kept_.find(round);
  if (what.kind != domain::task_kind::train || kept == kept_.end()) {
    return out;
  }
  const bool may_serve_again =
      what.verdict == domain::receipt_verdict::not_needed ||
      (what.verdict == domain::receipt_verdict::rejected && what.reason.code == domain::errc::out_of_range);
  if (may_serve_again) {
    spare_.emplace(round, std::move(kept->second));
  }
  if (what.verdict != domain::receipt_verdict::accepted) {
    kept_.erase(kept);
  }
  return out;
}

effects task_machine::on(domain::instant now, const domain::chunk& what, const domain::shared_bytes& payload) {
  if (!fetch_ || fetch_->receiver.transfer() != what.transfer) {
    return {};
  }
  if (transfer::digest_of(payload.span()) != what.content) {
    return fail_fetch(now, {domain::errc::digest_mismatch, "a chunk of the model arrived damaged"});
  }
  const auto taken = fetch_->receiver.step(what, payload);
  if (!taken) {
    return fail_fetch(now, taken.error());
  }
  for (const auto& piece : fetch_->receiver.take_chunks()) {
    std::memcpy(fetch_->stream.get() + fetch_->filled, piece.data(), piece.size());
    fetch_->filled += piece.size();
  }
  fetch_->last_chunk = now;
  effects out;
  if (taken->rewind) {
    out.emplace_back(send{{}, *taken->rewind, {}});
  }
  if (taken->more) {
    out.emplace_back(send{{}, *taken->more, {}});
  }
  if (taken->complete) {
    const domain::byte_span bytes{fetch_->stream.get(), fetch_->filled};
    model_ = {fetch_->model, {fetch_->stream, bytes}};
    fetch_.reset();
    append(out, advance(now));
  }
  return out;
}

effects task_machine::on(domain::instant now, const domain::abort_transfer& what) {
  if (fetch_ && fetch_->receiver.transfer() == what.transfer) {
    return fail_fetch(now, what.reason);
  }
  return {}; // an aborted upload is followed by a receipt, which decides
}

effects task_machine::on(const domain::grant& what) {
  effects out;
  for (auto& [round, update] : kept_) {
    if (update.what.transfer == what.transfer) {
      for (auto& part : update.sender.step(what)) {
        out.emplace_back(send{round, part.what, std::move(part.payload)});
      }
    }
  }
  return out;
}

effects task_machine::on(const domain::credit& what) {
  effects out;
  for (auto& [round, update] : kept_) {
    if (update.what.transfer == what.transfer) {
      for (auto& part : update.sender.step(what)) {
        out.emplace_back(send{round, part.what, std::move(part.payload)});
      }
    }
  }
  return out;
}

effects task_machine::advance(domain::instant now) {
  effects out;
  while (!running_ && !waiting_.empty()) {
    auto& next = waiting_.front();
    const auto remaining = left(now, next.deadline);
    if (remaining.count() <= 0) {
      waiting_.pop_front(); // the round has ended without us
      continue;
    }
    if (!model_ || model_->id != next.what.model) {
      if (!fetch_ && attached_) {
        begin_fetch(now, next.what, out);
      }
      return out;
    }
    running_ = running_task{next.round, next.what.kind, next.what.model};
    out.emplace_back(run{next.what.kind, next.round, model_->stream, remaining});
    waiting_.pop_front();
  }
  return out;
}

effects task_machine::fail_fetch(domain::instant now, const domain::error& reason) {
  effects out;
  const auto transfer = fetch_->receiver.transfer();
  const auto model = fetch_->model;
  fetch_.reset();
  out.emplace_back(send{{}, domain::abort_transfer{transfer, reason}, {}});
  while (!waiting_.empty() && waiting_.front().what.model == model) {
    const auto& failed = waiting_.front();
    out.emplace_back(report_failure{failed.round, failed.what.kind, reason});
    out.emplace_back(send{failed.round, domain::task_failed{failed.what.kind, reason}, {}});
    waiting_.pop_front();
  }
  append(out, advance(now));
  return out;
}

effects task_machine::cancel(const domain::round_key& round, domain::task_kind kind) {
  std::erase_if(waiting_, [&](const auto& one) { return one.round == round && one.what.kind == kind; });
  if (running_ && running_->round == round && running_->kind == kind && !running_->cancelled) {
    running_->cancelled = true;
    return {stop_running{}};
  }
  return {};
}

bool task_machine::knows(const domain::round_key& round, domain::task_kind kind) const {
  const bool is_running = running_ && running_->round == round && running_->kind == kind && !running_->cancelled;
  return is_running || std::any_of(waiting_.begin(), waiting_.end(),
                                   [&](const auto& one) { return one.round == round && one.what.kind == kind; });
}

bool task_machine::offer_spare(const domain::round_key& round, const domain::task& what, effects& out) {
  if (!spare_ || spare_->first.session != round.session || spare_->first.round != round.round ||
      spare_->second.what.parent != what.model) {
    spare_.reset();
    return false;
  }
  keep(round, std::move(spare_->second));
  spare_.reset();
  send_offer(round, kept_.at(round), out);
  return true;
}

void task_machine::begin_fetch(domain::instant now, const domain::task& what, effects& out) {
  model_.reset(); // before the new one is allocated: a client holds one model at a time
  const domain::transfer_id transfer{next_transfer_++};
  fetch_.emplace(fetch{what.model,
                       {transfer, what.model_bytes, limits_.window},
                       std::make_shared_for_overwrite<std::byte[]>(what.model_bytes)});
  out.push_back(ask_for_model(now));
}

effect task_machine::ask_for_model(domain::instant now) {
  fetch_->last_chunk = now;
  const auto from = fetch_->receiver.open();
  return send{{}, domain::get_model{fetch_->model, from.transfer, from.from_chunk, from.credit}, {}};
}

void task_machine::send_offer(const domain::round_key& round, const kept_update& kept, effects& out) const {
  if (attached_) {
    const bool fits_inline = kept.what.stream_bytes <= domain::inline_update_bytes;
    out.emplace_back(send{round, kept.what, fits_inline ? kept.sender.stream() : domain::shared_bytes{}});
  }
}

void task_machine::keep(const domain::round_key& round, kept_update update) {
  if (kept_.size() >= limits_.kept_updates) {
    kept_.erase(kept_.begin());
  }
  kept_.insert_or_assign(round, std::move(update));
}

} // namespace fedloom::client
