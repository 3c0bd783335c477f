// What people ask of sessions: each is answered when its outcome is stored (I-7).
#include "actors/controller/session_machine.hpp"

namespace fedloom::controller {

using namespace session;
using domain::errc;
using domain::session_status;

namespace {

effects refuse(reply_ticket to, errc code, std::string text) {
  return {reply{to, domain::failure(code, std::move(text))}};
}

bool waits_or_runs(const domain::session_record& one) {
  return one.status == session_status::running || one.status == session_status::queued;
}

/// Why an order makes no sense now, or nothing.
std::string_view misplaced(session_order what, const domain::session_record& at) {
  if (has_ended(at.status)) {
    return "the session has ended already";
  }
  if (what == session_order::pause && !waits_or_runs(at)) {
    return at.status == session_status::paused ? "the session is paused already" : "the session has not been started";
  }
  if (what == session_order::resume && at.status != session_status::paused) {
    return "the session is not paused";
  }
  return {};
}

/// All but the rounds, which count from where the session is.
domain::session_options changed(domain::session_options options, const start_terms& terms) {
  options.round_timeout = terms.round_timeout.value_or(options.round_timeout);
  options.model_name_prefix = terms.model_name_prefix.value_or(options.model_name_prefix);
  options.selection.clients = terms.clients.value_or(options.selection.clients);
  return options;
}

} // namespace

bool has_ended(session_status status) {
  return status == session_status::finished || status == session_status::failed || status == session_status::stopped ||
         status == session_status::cancelled;
}

effects session_machine::create(domain::moment at, reply_ticket from, domain::session_record wanted,
                                bool seed_is_known) {
  if (const auto wrong = validate(wanted.options); wrong.code != errc::none) {
    return refuse(from, wrong.code, wrong.text);
  }
  if (!seed_is_known) {
    return refuse(from, errc::not_found,
                  "no model " + to_hex(wanted.seed) + "; upload it first with POST /api/v1/models");
  }
  if (sessions_.contains(wanted.session)) {
    return refuse(from, errc::already_exists, "a session with this id exists");
  }
  if (sessions_.size() >= limits_.sessions) {
    return refuse(from, errc::busy, "the controller has its most sessions");
  }
  wanted.status = session_status::created;
  wanted.head = wanted.seed;
  wanted.rounds_committed = 0;
  wanted.optimizer_state.reset();
  wanted.best.reset();
  wanted.created_at = wanted.updated_at = at.date;
  sessions_[wanted.session] = wanted;
  storage::batch changes;
  changes.sessions.push_back(wanted);
  return {store{std::move(changes)}, reply{from, wanted}};
}

effects session_machine::begin(domain::moment at, reply_ticket from, const domain::session_id& which,
                               const start_terms& terms) {
  const auto found = sessions_.find(which);
  if (found == sessions_.end()) {
    return refuse(from, errc::not_found,
                  "no session " + which.value() + "; create it first with POST /api/v1/sessions");
  }
  auto& one = found->second;
  if (waits_or_runs(one)) {
    return refuse(from, errc::wrong_state, "the session is started already");
  }
  if (one.status == session_status::paused) {
    return refuse(from, errc::wrong_state,
                  "the session is paused; POST /api/v1/sessions/" + which.value() + "/resume lets it go on");
  }
  const bool goes_on = one.status == session_status::finished;
  if (has_ended(one.status) && !goes_on) {
    return refuse(from, errc::wrong_state,
                  "the session has ended (" + std::string(to_string(one.status)) +
                      "); create a new one from its last model");
  }
  auto options = changed(one.options, terms);
  const auto last = runs_.find(which);
  const auto more = terms.rounds.value_or(goes_on && last != runs_.end() ? last->second.rounds : options.rounds);
  for (const auto before : {std::uint32_t{0}, goes_on ? one.rounds_committed : 0}) { // the number itself, and the sum
    options.rounds = before + more;
    if (const auto wrong = validate(options); wrong.code != errc::none) {
      return refuse(from, wrong.code, wrong.text);
    }
  }
  if (const auto reason = why_not_enqueued(which); reason.code != errc::none) {
    return refuse(from, reason.code, reason.text);
  }
  one.options = options;
  courses_.erase(which);
  trials_[which].failed = 0;
  auto out = enqueue(at, one);
  std::get<store>(out.front()).changes.runs.push_back(new_run(at, one, more)); // with the session, or not at all
  out.emplace_back(reply{from, one});
  return out;
}

effects session_machine::change(domain::moment at, reply_ticket from, const domain::session_id& which,
                                session_order what) {
  const auto found = sessions_.find(which);
  if (found == sessions_.end()) {
    return refuse(from, errc::not_found, "no session " + which.value());
  }
  auto& one = found->second;
  if (const auto reason = misplaced(what, one); !reason.empty()) {
    return refuse(from, errc::wrong_state, std::string(reason));
  }
  effects out;
  switch (what) {
  case session_order::stop:
    out = leave(at, one, session_status::stopped, {errc::cancelled, "stopped on request"});
    break;
  case session_order::cancel:
    out = leave(at, one, session_status::cancelled, {errc::cancelled, "cancelled on request"});
    break;
  case session_order::pause:
    out = leave(at, one, session_status::paused, {errc::paused, "paused on request"});
    break;
  case session_order::resume:
    if (const auto reason = why_not_enqueued(which); reason.code != errc::none) {
      return refuse(from, reason.code, reason.text);
    }
    out = enqueue(at, one);
    out.emplace_back(session_changed{one});
    break;
  }
  out.emplace_back(reply{from, one});
  return out;
}

/// Out of the running place, the queue, or nowhere.
effects session_machine::leave(domain::moment at, domain::session_record& which, session_status status,
                               domain::error reason) {
  if (running_ && *running_ == which.session) {
    return release(at, status, std::move(reason));
  }
  std::erase(queue_, which.session);
  which.status = status;
  which.reason = std::move(reason);
  which.updated_at = at.date;
  storage::batch changes;
  changes.sessions.push_back(which);
  complete_run(at, which, changes);
  effects out{store{std::move(changes)}};
  if (status == session_status::paused) {
    out.emplace_back(session_changed{which});
  } else {
    trials_.erase(which.session);
    out.emplace_back(session_done{which});
  }
  return out;
}

domain::error session_machine::why_not_enqueued(const domain::session_id& which) {
  if (queue_.size() >= limits_.queued) {
    return {errc::busy, "too many sessions are queued"};
  }
  const auto ruling = policy_.decide(domain::gate_kind::session_start, {{"session", which.value(), false}});
  return ruling.answer == domain::ruling::allow ? domain::error{} : domain::error{errc::denied, ruling.reason};
}

effects session_machine::enqueue(domain::moment at, domain::session_record& which) {
  which.updated_at = at.date;
  which.status = session_status::queued;
  which.reason = {};
  queue_.push_back(which.session);
  if (!running_) {
    return run_next(at);
  }
  storage::batch changes;
  changes.sessions.push_back(which);
  return {store{std::move(changes)}};
}

} // namespace fedloom::controller
