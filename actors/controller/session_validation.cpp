// Committed models of the running session, validated beside the rounds that follow.
#include "actors/controller/session_machine.hpp"

namespace fedloom::controller {

using namespace session;
using domain::errc;
using domain::session_status;

effects session_machine::open_validation(domain::moment at, const domain::round_record& of) {
  const auto cohort = eligible(at);
  auto& added = validations_.emplace_back(
      validation{of, make_collection(at, of.key, plan_for(domain::task_kind::validate), cohort.size()), {}});
  for (const auto& one : cohort) {
    added.declared.emplace(one.client, one.max_examples);
  }
  if (cohort.empty()) {
    auto out = translate(at, added.collecting, added.collecting.close(at.now)); // settled at once
    append(out, tell_validated(at));
    return out;
  }
  added.collecting.open(cohort);
  return translate(at, added.collecting, added.collecting.announce(at.now));
}

/// The answers that are in by now are kept: each combiner is asked for them, which does not hold the next round up.
effects session_machine::close_validations(domain::moment at) {
  effects out;
  for (auto& one : validations_) {
    append(out, translate(at, one.collecting, one.collecting.close(at.now)));
  }
  append(out, tell_validated(at));
  while (validations_.size() >= validations_most) { // rounds may be faster than a combiner that says nothing
    append(out, validation_settled(validations_.front()));
    tell_first(out);
  }
  return out;
}

effects session_machine::validation_settled(validation& which) {
  auto& record = which.record;
  record.validation_failures = which.collecting.failures();
  for (auto& one : which.collecting.contributions()) {
    const auto declared = which.declared.find(one.client);
    if (declared != which.declared.end() && one.example_count <= declared->second) {
      record.validations.push_back(std::move(one));
    } else { // its mean would weigh what it likes (I-9)
      record.validation_failures.push_back(
          {one.client, {errc::bad_weight, "reported more examples than it had declared"}, 0});
    }
  }
  record.bytes_up += which.collecting.bytes_up();
  record.bytes_down += which.collecting.bytes_down();
  effects out;
  if (which.collecting.asked() > 0) {
    storage::batch changes;
    changes.rounds.push_back(record);
    const auto& metric = current().options.stop_early.metric;
    if (const auto value = judged(record, metric); value && improves(current().best, *value, metric)) {
      current().best = {*record.model, record.key.round, *value};
      changes.sessions.push_back(current());
    }
    out.emplace_back(store{std::move(changes)});
  }
  tell_closed(which.collecting, true, out);
  return out;
}

/// In the order of their rounds, for readers that follow a session. What they say of it may end it: at once, unless a
/// round is being committed, which is then its last.
effects session_machine::tell_validated(domain::moment at) {
  effects out;
  while (!validations_.empty() && validations_.front().collecting.is_settled()) {
    tell_first(out);
  }
  const bool is_over = stage_ == stage::finishing && validations_.empty();
  if (is_over || (due_ && (stage_ == stage::gathering || stage_ == stage::collecting))) {
    append(out, release(at, session_status::finished, due_.value_or(domain::error{})));
  }
  return out;
}

void session_machine::tell_first(effects& out) {
  auto record = std::move(validations_.front().record);
  validations_.pop_front();
  auto& course = courses_[record.key.session];
  const auto& rule = current().options.stop_early;
  course.note(rule, record);
  if (auto reason = course.reason_to_stop(rule); !reason.empty() && !due_) {
    due_ = domain::error{errc::none, std::move(reason)};
  }
  out.emplace_back(round_done{std::move(record)});
}

} // namespace fedloom::controller
