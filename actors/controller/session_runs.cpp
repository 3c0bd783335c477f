// What one start, or one continuation, of a session came to.
#include "actors/controller/session_machine.hpp"

namespace fedloom::controller {

namespace {

/// A UUID of version 4.
domain::run_id draw_run_id(std::mt19937& random) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string text = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
  for (auto& one : text) {
    if (one == 'x') {
      one = digits[random() >> 28];
    } else if (one == 'y') {
      one = digits[8 + (random() >> 30)];
    }
  }
  return domain::run_id{text};
}

bool is_open(const domain::run_record& run) {
  return !run.completed.has_value();
}

} // namespace

/// The calendar may have been set back: the last is the one that is open, or else the one that ended at the head.
void session_machine::note_runs(const std::vector<domain::run_record>& runs) {
  for (const auto& one : runs) {
    const auto [at, is_first] = runs_.try_emplace(one.session, one);
    const auto session = sessions_.find(one.session);
    const bool is_at_head = session != sessions_.end() && one.completed == session->second.head;
    if (!is_first && (is_open(one) || (is_at_head && !is_open(at->second)))) {
      at->second = one;
    }
  }
}

domain::run_record session_machine::new_run(domain::moment at, const domain::session_record& of, std::uint32_t rounds) {
  domain::run_record run;
  run.run = draw_run_id(random_);
  run.session = of.session;
  run.model = of.head;
  run.round_timeout = of.options.round_timeout;
  run.rounds = rounds;
  run.started_at = at.date;
  runs_[of.session] = run;
  return run;
}

/// A paused session's run goes on when that is resumed.
void session_machine::complete_run(domain::moment at, const domain::session_record& of, storage::batch& changes) {
  if (!has_ended(of.status)) {
    return;
  }
  courses_.erase(of.session);
  const auto run = runs_.find(of.session);
  if (run == runs_.end() || !is_open(run->second)) {
    return;
  }
  run->second.completed = of.head;
  run->second.completed_at = at.date;
  changes.runs.push_back(run->second);
}

/// What it says of its clients and, if it is of the run that is open, of the session's course.
void session_machine::note_past(const domain::round_record& stored) {
  const auto session = sessions_.find(stored.key.session);
  if (stored.status == domain::round_status::committed || stored.status == domain::round_status::failed) {
    seen_.note(stored);
  }
  if (stored.status != domain::round_status::committed || session == sessions_.end() ||
      has_ended(session->second.status)) {
    return;
  }
  auto& course = courses_[stored.key.session];
  course.note(session->second.options.stop_early, stored);
  const auto run = runs_.find(stored.key.session);
  if (run != runs_.end() && run->second.model == stored.model) { // it began with the round after this
    course = {};
  }
}

} // namespace fedloom::controller
