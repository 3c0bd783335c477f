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
  for (auto* fetch : {&packages_.archive(), &model_}) {
    if (fetch->under_way()) {
      out.push_back(fetch->go_on(now));
    }
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

effects task_machine::expects(domain::instant now, const domain::package_ref& package) {
  if (!packages_.is_ready(package)) {
    ahead_ = package;
  }
  return advance(now);
}

effects task_machine::prepared(domain::instant now, const domain::package_digest& package,
                               const domain::expected<void>& outcome) {
  effects out;
  const auto reason = packages_.prepared(package, outcome);
  if (outcome || reason.code != errc::none) {
    out.emplace_back(report_package{package, reason});
  }
  if (reason.code != errc::none) {
    fail(package, reason, out);
  }
  append(out, advance(now));
  return out;
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
    fail_run(done, outcome.error(), out);
  }
  append(out, advance(now));
  return out;
}

effects task_machine::validated(domain::instant now, const domain::round_key& round,
                                domain::expected<validation_result> outcome) {
  effects out;
  if (!running_ || running_->round != round || running_->kind == domain::task_kind::train) {
    return out;
  }
  const auto done = *std::exchange(running_, std::nullopt);
  if (outcome && outcome->report.size() > domain::output_bytes) {
    outcome = domain::failure(errc::too_large, "the entry point wrote " + std::to_string(outcome->report.size()) +
                                                   " bytes, " + std::to_string(domain::output_bytes) + " are allowed");
  }
  if (outcome && !done.cancelled) {
    const auto output = std::as_bytes(std::span(outcome->report));
    last_validation_ = {
        round, {outcome->example_count, std::move(outcome->metrics), done.kind}, domain::shared_bytes::copy_of(output)};
    if (attached_) {
      out.emplace_back(send{round, last_validation_->what, last_validation_->output});
    }
  } else if (!done.cancelled) {
    fail_run(done, outcome.error(), out);
  }
  append(out, advance(now));
  return out;
}

effects task_machine::tick(domain::instant now) {
  auto out = attached_ ? updates_.tick(now) : effects{};
  append(out, advance(now));
  for (auto* fetch : {&packages_.archive(), &model_}) {
    if (const auto stalled = fetch->stalled_at(); attached_ && stalled && now >= *stalled) {
      out.push_back(fetch->go_on(now));
    }
  }
  return out;
}

std::optional<domain::instant> task_machine::next_wake() const {
  std::optional<domain::instant> first;
  for (const auto& one : waiting_) {
    take_earlier(first, one.deadline);
  }
  if (attached_) {
    take_earlier(first, packages_.archive().stalled_at());
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
  if (last_validation_ && last_validation_->round == round && last_validation_->what.kind == what.kind) {
    out.emplace_back(send{round, last_validation_->what, last_validation_->output});
    return out;
  }
  if (auto reason = why_refused(what); reason.code != errc::none) {
    out.emplace_back(send{round, domain::task_failed{what.kind, std::move(reason)}, {}});
    return out;
  }
  if (ahead_ && ahead_->content == what.package.content) {
    ahead_.reset(); // needed from now on: the task says for how long
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

domain::error task_machine::why_refused(const domain::task& what) const {
  const auto too_large = [](const std::string& noun, std::uint64_t bytes, std::uint64_t most) {
    return domain::error{errc::too_large, "the " + noun + " has " + std::to_string(bytes) +
                                              " bytes, this client takes " + std::to_string(most)};
  };
  if (what.model_bytes > limits_.model_bytes) {
    return too_large("model", what.model_bytes, limits_.model_bytes);
  }
  if (what.package.bytes > limits_.package_bytes) {
    return too_large("package", what.package.bytes, limits_.package_bytes);
  }
  if (what.package.bytes == 0 && what.package.content != domain::package_digest{}) {
    return {errc::malformed, "the package has no bytes"};
  }
  return {};
}

effects task_machine::on(domain::instant now, const domain::chunk& what, const domain::shared_bytes& payload) {
  auto& fetch = packages_.archive().is_of(what.transfer) ? packages_.archive() : model_;
  auto taken = fetch.received(now, what, payload);
  if (!taken) {
    return fail_fetch(now, fetch, taken.error());
  }
  append(*taken, advance(now));
  return std::move(*taken);
}

effects task_machine::on(domain::instant now, const domain::abort_transfer& what) {
  for (auto* fetch : {&packages_.archive(), &model_}) {
    if (fetch->is_of(what.transfer)) {
      return fail_fetch(now, *fetch, what.reason);
    }
  }
  return {}; // an aborted upload is followed by a receipt, which decides
}

void task_machine::drop_overdue(domain::instant now, effects& out) {
  std::erase_if(waiting_, [&](const pending_task& one) {
    const bool is_over = left(now, one.deadline).count() <= 0;
    if (is_over) { // the round has ended without us: nobody waits for an answer
      left_behind(one);
      out.emplace_back(report_failure{
          one.round, one.what.kind, {errc::timed_out, "the task could not be begun before its deadline"}});
    }
    return is_over;
  });
}

/// A package may take longer to fetch and prepare than a round lasts: that goes on, or it would never be ready.
void task_machine::left_behind(const pending_task& one) {
  if (!packages_.is_ready(one.what.package)) {
    ahead_ = one.what.package;
  }
}

effects task_machine::advance(domain::instant now) {
  effects out;
  drop_overdue(now, out);
  give_up_unneeded_fetches(out);
  if (running_ || packages_.preparing()) {
    return out;
  }
  const auto number = [this] { return next_transfer(); };
  if (waiting_.empty()) {
    if (ahead_ && packages_.is_ready(*ahead_)) {
      ahead_.reset();
    }
    if (ahead_) {
      append(out, packages_.need(now, *ahead_, attached_, number));
    }
    return out;
  }
  const auto& next = waiting_.front();
  if (!packages_.is_ready(next.what.package)) {
    append(out, packages_.need(now, next.what.package, attached_, number));
  } else if (model_.has(next.what.model)) {
    running_ = running_task{next.round, next.what.kind, next.what.model, next.what.package};
    out.emplace_back(run{next.what.kind, next.round, next.what.model, model_.stream(), left(now, next.deadline),
                         next.what.package, next.what.client_settings});
    waiting_.pop_front();
  } else if (attached_ && !model_.under_way()) {
    out.push_back(model_.begin(now, next_transfer(), next.what.model, next.what.model_bytes));
  }
  return out;
}

/// The task that something was fetched for may have been cancelled, or given up.
void task_machine::give_up_unneeded_fetches(effects& out) {
  const auto* next = waiting_.empty() ? nullptr : &waiting_.front().what;
  if (const auto model = model_.under_way();
      model && (next == nullptr || *model != transfer::stream_name{next->model})) {
    out.push_back(model_.give_up({errc::cancelled, "the model is not needed any more"}));
  }
  const auto& package = next != nullptr ? next->package : ahead_.value_or(domain::package_ref{});
  auto& archive = packages_.archive();
  if (const auto name = archive.under_way(); name && *name != transfer::stream_name{package.content}) {
    out.push_back(archive.give_up({errc::cancelled, "the package is not needed at the moment"}));
  }
}

effects task_machine::fail_fetch(domain::instant now, stream_fetch& which, const domain::error& reason) {
  effects out;
  const auto name = *which.under_way();
  out.push_back(which.give_up(reason));
  fail(name, reason, out);
  append(out, advance(now));
  return out;
}

void task_machine::fail(const transfer::stream_name& needed, const domain::error& reason, effects& out) {
  std::erase_if(waiting_, [&](const pending_task& one) {
    const bool needs_it =
        needed == transfer::stream_name{one.what.model} || needed == transfer::stream_name{one.what.package.content};
    if (needs_it) {
      fail(one.round, one.what.kind, reason, out);
    }
    return needs_it;
  });
  if (ahead_ && needed == transfer::stream_name{ahead_->content}) {
    ahead_.reset(); // the next task that names it tries again
  }
}

void task_machine::fail_run(const running_task& what, const domain::error& reason, effects& out) {
  if (reason.code == errc::not_found) {
    packages_.forget(what.package); // it had to give way to others
  }
  fail(what.round, what.kind, reason, out);
}

effects task_machine::cancel(domain::instant now, const domain::round_key& round, domain::task_kind kind) {
  effects out;
  std::erase_if(waiting_, [&](const pending_task& one) {
    const bool is_meant = one.round == round && one.what.kind == kind;
    if (is_meant) {
      left_behind(one);
    }
    return is_meant;
  });
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
