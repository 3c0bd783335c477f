// The rounds of the running session: opened, settled, committed or tried again, validated.
#include "actors/controller/session_machine.hpp"

#include "actors/aggregation/fixed_point.hpp"

#include <algorithm>

namespace fedloom::controller {

using namespace session;
using domain::errc;
using domain::session_status;

namespace {

void append(effects& to, effects from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

} // namespace

effects session_machine::open_round(domain::moment at) {
  auto cohort = draw_cohort();
  if (!cohort) {
    stage_ = stage::gathering;
    return {};
  }
  return plan_round(at, std::move(*cohort));
}

effects session_machine::plan_round(domain::moment at, std::vector<available_client> cohort) {
  domain::round_record record;
  record.key = {*running_, current().rounds_committed + 1, attempt_};
  record.number = ++last_number_;
  record.parent = current().head;
  record.scales = scales_for(cohort);
  record.opened_at = at.date;
  const auto ruling =
      policy_.decide(domain::gate_kind::selection, {{"clients", static_cast<std::int64_t>(cohort.size()), false}});
  record.decision = ruling.decision;
  record.policy_revision = ruling.revision;
  record_ = record;
  auto plan = plan_for(domain::task_kind::train);
  plan.scales = record.scales;
  collecting_.emplace(
      record.key, std::move(plan), limits_for(domain::task_kind::train, cohort.size()),
      [this] { return domain::lease_id{next_lease_++}; }, at.now);
  collecting_->open(cohort);
  record_->parts = collecting_->parts();
  stage_ = stage::collecting;
  storage::batch changes;
  changes.rounds.push_back(*record_);
  effects out{begin_sum{record.key, record.parent, record.scales}, store{std::move(changes)}};
  append(out, translate(at, *collecting_, collecting_->announce(at.now), false));
  return out;
}

effects session_machine::resume_round(domain::moment at, const domain::round_record& open) {
  record_ = open;
  attempt_ = open.key.attempt;
  std::size_t asked = 0;
  for (const auto& part : open.parts) {
    asked += part.cohort.size();
  }
  auto plan = plan_for(domain::task_kind::train);
  plan.scales = open.scales;
  collecting_.emplace(
      open.key, std::move(plan), limits_for(domain::task_kind::train, asked),
      [this] { return domain::lease_id{next_lease_++}; }, at.now);
  collecting_->adopt(open.parts);
  stage_ = stage::collecting;
  effects out{begin_sum{open.key, open.parent, open.scales}};
  for (const auto& part : open.parts) {
    const bool is_up = living_.contains(part.combiner);
    append(out, translate(at, *collecting_,
                          is_up ? collecting_->combiner_up(at.now, part.combiner)
                                : collecting_->combiner_down(at.now, part.combiner),
                          false));
  }
  return out;
}

effects session_machine::round_settled(domain::moment at) {
  record_->contributions = collecting_->contributions();
  record_->failures = collecting_->failures();
  record_->weight = collecting_->weight();
  record_->bytes_up = collecting_->bytes_up();
  record_->bytes_down = collecting_->bytes_down();
  note_needed_exponents(*record_);
  if (record_->contributions.size() < current().options.min_clients) {
    return fail_attempt(at, {errc::quorum_missed, std::to_string(record_->contributions.size()) +
                                                      " updates were accepted, " +
                                                      std::to_string(current().options.min_clients) + " are needed"});
  }
  const auto ruling =
      policy_.decide(domain::gate_kind::aggregate, {{"weight", static_cast<std::int64_t>(record_->weight), false}});
  if (ruling.answer != domain::ruling::allow) {
    return fail_attempt(at, {errc::denied, ruling.reason});
  }
  stage_ = stage::averaging;
  return {average{record_->key, current().options.server_learning_rate}};
}

effects session_machine::commit(domain::moment at, head_model next) {
  auto& session = current();
  record_->status = domain::round_status::committed;
  record_->model = next.model;
  record_->closed_at = at.date;
  std::erase_if(record_->parts, [&](const auto& part) { return !collecting_->is_taken(part.lease); });
  session.head = next.model;
  session.rounds_committed = record_->key.round;
  session.updated_at = at.date;
  const auto& prefix = session.options.model_name_prefix;
  storage::batch changes;
  changes.rounds.push_back(*record_);
  changes.sessions.push_back(session);
  changes.models.push_back({next.model, record_->parent, session.session, record_->key.round,
                            prefix.empty() ? std::string{} : prefix + "_" + std::to_string(record_->key.round),
                            next.stream_bytes, at.date});
  effects out{store{std::move(changes)}};
  tell_closed(*collecting_, true, out);
  head_ = std::move(next);
  attempt_ = 1;
  is_raised_ = false;
  const auto committed = *record_;
  collecting_.reset();
  record_.reset();
  const bool is_last = session.rounds_committed >= session.options.rounds;
  if (session.options.validate) {
    if (validating_) { // the one before has had a whole round's time
      append(out, translate(at, *validating_, validating_->close(at.now), true));
    }
    if (validating_) {
      tell_closed(*validating_, false, out);
      out.emplace_back(round_done{*validated_record_});
      validating_.reset();
    }
    append(out, open_validation(at, committed));
  } else {
    out.emplace_back(round_done{committed});
  }
  if (!is_last) {
    gather_until_ = at.now + session.options.round_timeout;
    append(out, open_round(at));
  } else if (validating_) {
    stage_ = stage::finishing;
  } else {
    append(out, end_session(at, session_status::finished, {}));
  }
  return out;
}

effects session_machine::fail_attempt(domain::moment at, domain::error reason) {
  record_->status = domain::round_status::failed;
  record_->reason = reason;
  record_->closed_at = at.date;
  if (attempt_ >= current().options.round_attempts) {
    return end_session(at, session_status::failed,
                       std::move(reason)); // in one batch: no restart may try once more (I-8)
  }
  effects out;
  storage::batch changes;
  changes.rounds.push_back(*record_);
  out.emplace_back(store{std::move(changes)});
  out.emplace_back(attempt_failed{*record_});
  tell_closed(*collecting_, false, out);
  out.emplace_back(drop_sum{});
  collecting_.reset();
  record_.reset();
  ++attempt_;
  gather_until_ = at.now + current().options.round_timeout;
  append(out, open_round(at));
  return out;
}

effects session_machine::open_validation(domain::moment at, const domain::round_record& of) {
  std::vector<available_client> cohort;
  for (const auto& [id, one] : available_) {
    if (living_.contains(one.combiner)) {
      cohort.push_back(one);
    }
  }
  validated_record_ = of;
  if (cohort.empty()) {
    return {round_done{of}};
  }
  validating_.emplace(
      of.key, plan_for(domain::task_kind::validate), limits_for(domain::task_kind::validate, cohort.size()),
      [this] { return domain::lease_id{next_lease_++}; }, at.now);
  validating_->open(cohort);
  return translate(at, *validating_, validating_->announce(at.now), true);
}

effects session_machine::validation_settled(domain::moment at) {
  validated_record_->validations = validating_->contributions();
  validated_record_->validation_failures = validating_->failures();
  validated_record_->bytes_up += validating_->bytes_up();
  validated_record_->bytes_down += validating_->bytes_down();
  storage::batch changes;
  changes.rounds.push_back(*validated_record_);
  effects out{store{std::move(changes)}};
  tell_closed(*validating_, true, out);
  validating_.reset();
  out.emplace_back(round_done{*validated_record_});
  if (stage_ == stage::finishing) {
    append(out, end_session(at, session_status::finished, {}));
  }
  return out;
}

effects session_machine::end_session(domain::moment at, session_status status, domain::error reason) {
  effects out;
  storage::batch changes;
  auto& session = current();
  session.status = status;
  session.reason = std::move(reason);
  session.updated_at = at.date;
  changes.sessions.push_back(session);
  if (to_resume_) { // ended before its model was loaded
    record_ = std::exchange(to_resume_, std::nullopt);
  }
  if (record_ && record_->status == domain::round_status::open) {
    record_->status = domain::round_status::abandoned;
    record_->reason = session.reason;
    record_->closed_at = at.date;
  }
  if (record_) {
    changes.rounds.push_back(*record_);
  }
  out.emplace_back(store{std::move(changes)});
  if (record_ && record_->status == domain::round_status::failed) {
    out.emplace_back(attempt_failed{*record_});
  }
  if (collecting_) {
    tell_closed(*collecting_, false, out);
  }
  if (validating_) {
    tell_closed(*validating_, false, out);
    out.emplace_back(round_done{*validated_record_}); // committed it is
  }
  out.emplace_back(drop_sum{});
  out.emplace_back(session_done{session});
  collecting_.reset();
  validating_.reset();
  record_.reset();
  head_.reset();
  failed_.reset();
  running_.reset();
  is_raised_ = false;
  stage_ = stage::idle;
  append(out, run_next(at));
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
  return {store_current(), load_model{current().head}};
}

effects session_machine::translate(domain::moment at, round_machine& from, round::effects effects_of_round,
                                   bool is_validation) {
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
                     if (!is_validation) {
                       record_->parts = from.parts();
                       storage::batch changes;
                       changes.rounds.push_back(*record_);
                       out.emplace_back(store{std::move(changes)});
                     }
                   },
                   [&](round::settled&) { append(out, is_validation ? validation_settled(at) : round_settled(at)); },
               },
               one);
  }
  return out;
}

void session_machine::note_needed_exponents(const domain::round_record& from) {
  for (const auto& failure : from.failures) {
    if (failure.reason.code == errc::out_of_range) {
      raise_to_ = is_raised_ ? std::max(raise_to_, failure.needed_exponent) : failure.needed_exponent;
      is_raised_ = true;
    }
  }
}

void session_machine::tell_closed(const round_machine& which, bool counted, effects& out) {
  for (const auto& [combiner, lease] : which.leases()) {
    const bool is_in = counted && which.is_held(lease);
    out.emplace_back(send{combiner, which.about(), domain::round_closed{lease, is_in}});
    closed_.emplace_back(lease, is_in);
  }
  while (closed_.size() > closed_leases_kept) {
    closed_.pop_front();
  }
}

std::optional<std::vector<available_client>> session_machine::draw_cohort() {
  std::vector<available_client> all;
  for (const auto& [id, one] : available_) {
    if (living_.contains(one.combiner)) {
      all.push_back(one);
    }
  }
  const auto& options = current().options;
  const auto wanted = options.requested_clients < 0 ? all.size() : static_cast<std::size_t>(options.requested_clients);
  if (all.empty() || all.size() < options.min_clients) {
    return std::nullopt;
  }
  if (wanted < all.size()) {
    std::shuffle(all.begin(), all.end(), random_);
    all.resize(wanted);
  }
  return all;
}

domain::scale_table session_machine::scales_for(const std::vector<available_client>& cohort) const {
  std::uint64_t total = 0;
  for (const auto& one : cohort) {
    total += current().options.weights == domain::weighting::uniform ? 1 : one.max_examples;
  }
  domain::scale_table scales;
  scales.precision = aggregation::precision_for(total);
  scales.total_weight = total;
  scales.exponents = head_->exponents;
  if (is_raised_) {
    for (auto& e : scales.exponents) {
      e = std::max(e, raise_to_);
    }
  }
  return scales;
}

domain::round_plan session_machine::plan_for(domain::task_kind kind) const {
  domain::round_plan plan;
  plan.kind = kind;
  plan.model = head_->model;
  plan.model_bytes = head_->stream_bytes;
  plan.weights = current().options.weights;
  return plan;
}

round_limits session_machine::limits_for(domain::task_kind kind, std::size_t asked) const {
  const auto& options = current().options;
  round_limits limits;
  limits.deadline = options.round_timeout;
  limits.absence = limits_.absence;
  limits.closing = limits_.closing;
  if (kind == domain::task_kind::train && options.round_buffer_size > 0) {
    limits.enough = std::min(static_cast<std::uint32_t>(options.round_buffer_size), static_cast<std::uint32_t>(asked));
  }
  return limits;
}

store session_machine::store_current() const {
  storage::batch changes;
  changes.sessions.push_back(current());
  return {std::move(changes)};
}

} // namespace fedloom::controller
