// How collections, and the running session itself, come to their end.
#include "actors/controller/session_machine.hpp"

#include "actors/controller/lateness.hpp"

#include <algorithm>

namespace fedloom::controller {

using namespace session;
using domain::round_status;
using domain::session_status;

effects session_machine::release(domain::moment at, session_status status, domain::error reason) {
  auto& session = current();
  session.status = status;
  session.reason = std::move(reason);
  session.updated_at = at.date;
  effects told;
  if (to_resume_) { // released before its model was loaded: its combiners go on with what an earlier life planned
    record_ = std::exchange(to_resume_, std::nullopt);
    for (const auto& part : record_->parts) {
      told.emplace_back(send{part.combiner, record_->key, domain::round_closed{part.lease, false}});
      remember_closed(part.lease, false);
    }
  }
  storage::batch changes;
  changes.sessions.push_back(session);
  complete_run(at, session, changes);
  if (record_) {
    if (record_->status == round_status::open) {
      record_->status = round_status::abandoned;
      record_->reason = session.reason;
      record_->closed_at = at.date;
    }
    changes.rounds.push_back(*record_);
    note_trial(*record_);
  }
  effects out{store{std::move(changes)}};
  if (record_ && record_->status == round_status::failed) {
    out.emplace_back(attempt_failed{*record_});
  }
  append(out, std::move(told));
  if (collecting_) {
    tell_closed(*collecting_, false, out);
  }
  for (auto& one : validations_) {
    tell_closed(one.collecting, false, out);
    out.emplace_back(round_done{std::move(one.record)}); // committed it is
  }
  append(out, forget_late());
  out.emplace_back(drop_sum{});
  if (status == session_status::paused) {
    out.emplace_back(session_changed{session});
  } else {
    if (status != session_status::finished) { // which may be continued, and numbers are never given twice
      trials_.erase(session.session);
    }
    out.emplace_back(session_done{session});
  }
  collecting_.reset();
  validations_.clear();
  record_.reset();
  head_.reset();
  deferred_.reset();
  due_.reset();
  running_.reset();
  stage_ = stage::idle;
  append(out, run_next(at));
  return out;
}

/// Nothing follows into which they could be carried: said again, round_closed ends the work of who was late.
effects session_machine::forget_late() {
  const auto late = std::exchange(late_, {});
  effects out;
  if (!late.clients.empty() && admits_late(current().options)) {
    for (const auto& part : late.parts) {
      out.emplace_back(send{part.combiner, late.about, domain::round_closed{part.lease, false}});
    }
  }
  return out;
}

effects session_machine::run_next(domain::moment at) {
  if (running_ || queue_.empty()) {
    return {};
  }
  running_ = queue_.front();
  queue_.pop_front();
  current().status = session_status::running;
  current().updated_at = at.date;
  stage_ = stage::loading;
  storage::batch changes;
  changes.sessions.push_back(current());
  return {store{std::move(changes)}, load_model{current().head}};
}

effects session_machine::translate(domain::moment at, round_machine& from, round::effects effects_of_round) {
  const bool trains = collecting_ && &from == &*collecting_;
  const auto settled = [&] {
    if (trains) {
      return round_settled(at);
    }
    return validation_settled(*std::ranges::find(validations_, &from, [](auto& one) { return &one.collecting; }));
  };
  effects out;
  for (auto& one : effects_of_round) {
    std::visit(domain::overloaded{
                   [&](round::send& m) {
                     out.emplace_back(send{std::move(m.to), std::move(m.about), std::move(m.what)});
                   },
                   [&](round::fetch_sum& m) {
                     out.emplace_back(fetch_sum{std::move(m.from), std::move(m.about), std::move(m.what), m.again});
                   },
                   [&](round::abandon_sum& m) { out.emplace_back(abandon_sum{m.lease}); },
                   [&](round::parts_changed&) {
                     if (trains) {
                       record_->failures = from.missing();
                       record_->parts = from.parts();
                       storage::batch changes;
                       changes.rounds.push_back(*record_);
                       out.emplace_back(store{std::move(changes)});
                     }
                   },
                   [&](round::settled&) { append(out, settled()); }, // the last one: `from` may be gone then
               },
               one);
  }
  return out;
}

void session_machine::tell_closed(const round_machine& which, bool counted, effects& out) {
  for (const auto& [combiner, lease] : which.leases()) {
    const bool is_in = counted && which.is_held(lease);
    out.emplace_back(send{combiner, which.about(), domain::round_closed{lease, is_in}});
    remember_closed(lease, is_in);
  }
}

void session_machine::remember_closed(domain::lease_id lease, bool counted) {
  closed_.emplace_back(lease, counted);
  if (closed_.size() > closed_leases_kept) {
    closed_.pop_front();
  }
}

} // namespace fedloom::controller
