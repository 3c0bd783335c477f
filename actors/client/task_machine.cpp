#include "actors/client/task_machine.hpp"

#include <algorithm>

namespace fedloom::client {

using namespace work;
using domain::errc;

namespace {

domain::milliseconds left(domain::instant now, domain::instant deadline) {
  return std::chrono::duration_cast<domain::milliseconds>(deadline - now);
}

void take_earlier(std::optional<domain::instant>& first, std::optional<domain::instant> other) {
  if (other && (!first || *other < *first)) {
    first = other;
  }
}

} // namespace

effects task_machine::restored(domain::instant now, std::vector<stored_update> kept) {
  effects out;
  for (auto& one : kept) {
    one.head.what.transfer = next_transfer(); // the number it had died with its process
    append(out, updates_.keep(now, one.head.round, std::move(one.head.what), std::move(one.stream),
                              std::move(one.chunk_digests)));
  }
  return out;
}

effects task_machine::attached(domain::instant now) {
  attached_ = true;
  auto out = updates_.attached(now);
  if (model_.under_way()) {
    out.push_back(model_.go_on(now));
  }
  append(out, advance(now));
  return out;
}

void task_machine::detached() {
  attached_ = false;
  updates_.detached();
}

effects task_machine::received(domain::instant now, const domain::message& what) {
  const auto& round = what.head.round;
  return std::visit(domain::overloaded{
                        [&](const domain::task& m) { return on(now, round, m, what.payload); },
                        [&](const domain::cancel_task& m) { return on(now, round, m); },
                        [&](const domain::receipt& m) { return on(now, round, m); },
                        [&](const domain::chunk& m) { return on(now, m, what.payload); },
                        [&](const domain::abort_transfer& m) { return on(now, m); },
                        [&](const domain::grant& m) { return updates_.send_chunks(now, m); },
                        [&](const domain::credit& m) { return updates_.send_chunks(now, m); },
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
  const auto done = *std::exchange(running_, std::nullopt);
  if (outcome && done.cancelled) {
    out.emplace_back(drop_update{round});
  } else if (outcome) {
    auto offer = describe(*outcome, done.model);
    offer.transfer = next_transfer();
    append(out, updates_.keep(now, round, std::move(offer), std::move(outcome->result.stream),
                              std::move(outcome->chunk_digests)));
  } else if (!done.cancelled) {
    fail(round, done.kind, outcome.error(), out);
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
  const auto done = *std::exchange(running_, std::nullopt);
  if (outcome && !done.cancelled) {
    last_validation_ = {round, domain::validation{outcome->example_count, std::move(outcome->metrics)}};
    if (attached_) {
      out.emplace_back(send{round, last_validation_->second, {}});
    }
  } else if (!done.cancelled) {
    fail(round, done.kind, outcome.error(), out);
  }
  append(out, advance(now));
  return out;
}

effects task_machine::tick(domain::instant now) {
  auto out = attached_ ? updates_.tick(now) : effects{};
  append(out, advance(now));
  if (const auto stalled = model_.stalled_at(); attached_ && stalled && now >= *stalled) {
    out.push_back(model_.go_on(now));
  }
  return out;
}

std::optional<domain::instant> task_machine::next_wake() const {
  std::optional<domain::instant> first;
  for (const auto& one : waiting_) {
    take_earlier(first, one.deadline);
  }
  if (attached_) {
    take_earlier(first, model_.stalled_at());
    take_earlier(first, updates_.next_wake());
  }
  return first;
}

effects task_machine::on(domain::instant now, const domain::round_key& round, const domain::task& what,
                         const domain::shared_bytes& inline_model) {
  effects out;
  if (!inline_model.empty() && !model_.has(what.model)) {
    model_.take(what.model, inline_model);
  }
  if (knows(round, what.kind) || (what.kind == domain::task_kind::train && updates_.answer(now, round, what, out))) {
    return out;
  }
  if (what.kind == domain::task_kind::validate && last_validation_ && last_validation_->first == round) {
    out.emplace_back(send{round, last_validation_->second, {}});
    return out;
  }
  if (what.model_bytes > limits_.model_bytes) {
    out.emplace_back(send{
        round,
        domain::task_failed{what.kind,
                            {errc::too_large, "the model has " + std::to_string(what.model_bytes) +
                                                  " bytes, this client takes " + std::to_string(limits_.model_bytes)}},
        {}});
    return out;
  }
  if (waiting_.size() >= limits_.waiting_tasks) { // the oldest belongs to a round that has moved on without us
    const auto oldest = std::move(waiting_.front());
    waiting_.pop_front();
    fail(oldest.round, oldest.what.kind, {errc::busy, "the client has too many tasks waiting"}, out);
  }
  waiting_.push_back({round, what, now + what.remaining});
  append(out, advance(now));
  return out;
}

effects task_machine::on(domain::instant now, const domain::round_key& round, const domain::cancel_task& what) {
  if (what.kind == domain::task_kind::train) {
    updates_.set_aside(round);
  }
  return cancel(now, round, what.kind);
}

effects task_machine::on(domain::instant now, const domain::round_key& round, const domain::receipt& what) {
  effects out{report_receipt{round, what}};
  if (what.verdict == domain::receipt_verdict::counted || what.verdict == domain::receipt_verdict::not_needed) {
    append(out, cancel(now, round, what.kind));
  }
  if (what.kind == domain::task_kind::train) {
    append(out, updates_.received(round, what));
  }
  return out;
}

effects task_machine::on(domain::instant now, const domain::chunk& what, const domain::shared_bytes& payload) {
  auto taken = model_.received(now, what, payload);
  if (!taken) {
    return fail_fetch(now, taken.error());
  }
  append(*taken, advance(now));
  return std::move(*taken);
}

effects task_machine::on(domain::instant now, const domain::abort_transfer& what) {
  if (model_.is_of(what.transfer)) {
    return fail_fetch(now, what.reason);
  }
  return {}; // an aborted upload is followed by a receipt, which decides
}

effects task_machine::advance(domain::instant now) {
  effects out;
  std::erase_if(waiting_, [&](const pending_task& one) {
    const bool is_over = left(now, one.deadline).count() <= 0;
    if (is_over) { // the round has ended without us: nobody waits for an answer
      out.emplace_back(report_failure{
          one.round, one.what.kind, {errc::timed_out, "the task could not be begun before its deadline"}});
    }
    return is_over;
  });
  give_up_unneeded_fetch(out);
  if (running_ || waiting_.empty()) {
    return out;
  }
  const auto& next = waiting_.front();
  if (model_.has(next.what.model)) {
    running_ = running_task{next.round, next.what.kind, next.what.model};
    out.emplace_back(run{next.what.kind, next.round, next.what.model, model_.stream(), left(now, next.deadline)});
    waiting_.pop_front();
  } else if (attached_ && !model_.under_way()) {
    out.push_back(model_.begin(now, next_transfer(), next.what.model, next.what.model_bytes));
  }
  return out;
}

/// The task that a model was fetched for may have been cancelled, or given up.
void task_machine::give_up_unneeded_fetch(effects& out) {
  const auto fetched = model_.under_way();
  if (fetched && (waiting_.empty() || waiting_.front().what.model != *fetched)) {
    out.push_back(model_.give_up({errc::cancelled, "the model is not needed any more"}));
  }
}

effects task_machine::fail_fetch(domain::instant now, const domain::error& reason) {
  effects out;
  const auto model = *model_.under_way();
  out.push_back(model_.give_up(reason));
  while (!waiting_.empty() && waiting_.front().what.model == model) {
    const auto failed = std::move(waiting_.front());
    waiting_.pop_front();
    fail(failed.round, failed.what.kind, reason, out);
  }
  append(out, advance(now));
  return out;
}

effects task_machine::cancel(domain::instant now, const domain::round_key& round, domain::task_kind kind) {
  effects out;
  std::erase_if(waiting_, [&](const auto& one) { return one.round == round && one.what.kind == kind; });
  if (running_ && running_->round == round && running_->kind == kind && !running_->cancelled) {
    running_->cancelled = true;
    out.emplace_back(stop_running{});
  }
  append(out, advance(now));
  return out;
}

void task_machine::fail(const domain::round_key& round, domain::task_kind kind, const domain::error& reason,
                        effects& out) const {
  out.emplace_back(report_failure{round, kind, reason});
  if (attached_) {
    out.emplace_back(send{round, domain::task_failed{kind, reason}, {}});
  }
}

bool task_machine::knows(const domain::round_key& round, domain::task_kind kind) const {
  const bool is_running = running_ && running_->round == round && running_->kind == kind && !running_->cancelled;
  return is_running || std::any_of(waiting_.begin(), waiting_.end(),
                                   [&](const auto& one) { return one.round == round && one.what.kind == kind; });
}

} // namespace fedloom::client
