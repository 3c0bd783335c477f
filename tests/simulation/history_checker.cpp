#include "tests/simulation/history_checker.hpp"

#include <algorithm>

namespace fedloom::simulation {

using domain::round_status;
using domain::session_status;

namespace {

bool is_final(session_status status) {
  return status == session_status::finished || status == session_status::failed || status == session_status::stopped ||
         status == session_status::cancelled;
}

bool is_paused_by_a_disk(const domain::session_record& what) {
  return what.status == session_status::paused &&
         (what.reason.code == domain::errc::storage_full || what.reason.code == domain::errc::storage_failed);
}

/// A committed record may still get its validations.
domain::round_record without_validations(domain::round_record of) {
  of.validations.clear();
  of.validation_failures.clear();
  of.bytes_up = of.bytes_down = 0;
  return of;
}

} // namespace

void history_checker::see(const history_entry& what) {
  now_ = what.when;
  date_ = what.date;
  std::visit([this](const auto& one) { on(one); }, what.what);
}

void history_checker::violated(const std::string& what) {
  violations_ += what + "\n";
}

void history_checker::violated(const domain::round_key& round, const std::string& what) {
  violated(domain::to_string(round) + ": " + what);
}

domain::model_id history_checker::head_of(const domain::session_id& session) const {
  const auto trail = trail_.find(session);
  return trail != trail_.end() ? rounds_.at(trail->second.back()).model.value_or(domain::model_id{})
                               : sessions_.at(session).seed;
}

std::uint32_t history_checker::committed_rounds_of(const domain::session_id& session) const {
  const auto trail = trail_.find(session);
  return trail != trail_.end() ? static_cast<std::uint32_t>(trail->second.size()) : 0;
}

// -- processes and disks ----------------------------------------------------------------

void history_checker::on(const event::started&) {}

void history_checker::on(const event::killed& what) {
  ++lives_[what.who];
  ++seen_.kills;
}

void history_checker::on(const event::began_term& what) {
  if (what.term <= term_) {
    violated("a term was given twice");
  }
  term_ = what.term;
}

void history_checker::on(const event::kept_model& what) {
  const auto [at, is_new] = models_.emplace(what.id, what.stream);
  if (!is_new && !std::ranges::equal(at->second.span(), what.stream.span())) {
    violated("I-2: model " + to_hex(what.id) + " was changed");
  }
}

void history_checker::on(const event::dropped_model& what) {
  for (const auto& [id, session] : sessions_) {
    if (session.optimizer_state == what.id || session.head == what.id || session.seed == what.id) {
      violated(id.value() + ": I-2: " + to_hex(what.id) + ", from which it goes on, was removed");
    }
  }
  models_.erase(what.id);
}

void history_checker::on(const event::journalled& what) {
  if (const auto* begun = std::get_if<domain::journalled_plan>(&what.what)) {
    journal_.erase({what.who, begun->plan.lease}); // its clients offer again what it had before
    std::erase_if(journalled_, [&](const auto& one) { return one.second == begun->plan.lease; });
    return;
  }
  const auto* answer = std::get_if<domain::journalled_answer>(&what.what);
  if (answer == nullptr) {
    return;
  }
  const auto plan = plans_.find(answer->lease);
  if (plan == plans_.end()) {
    return violated("an answer was journalled under a lease that was never given");
  }
  auto round = plan->second.round;
  if (answer->what.from_round > 0) {
    round.round = answer->what.from_round;
    round.attempt = answer->what.from_attempt;
  }
  journal_[{what.who, answer->lease}][answer->what.client] = {answer->what, lives_[what.who], false};
  journalled_[{what.who, {round, answer->what.client}}] = answer->lease;
}

void history_checker::on(const event::wrote& what) {
  for (const auto& one : what.what.sessions) {
    sessions_.try_emplace(one.session, one);
  }
  for (const auto& one : what.what.rounds) {
    const auto before = rounds_.find(one.key);
    check_parts(before != rounds_.end() ? &before->second : nullptr, one);
    if (before != rounds_.end()) {
      changed(before->second, one);
    } else {
      new_attempt(one);
    }
    const bool is_commit = one.status == round_status::committed &&
                           (before == rounds_.end() || before->second.status != round_status::committed);
    if (is_commit) {
      committed(one);
    }
    rounds_.insert_or_assign(one.key, one);
    if (is_commit) {
      trail_[one.key.session].push_back(one.key);
    }
  }
  for (const auto& one : what.what.sessions) {
    changed(one);
  }
}

void history_checker::new_attempt(const domain::round_record& what) {
  const auto& session = what.key.session;
  opened_[what.key] = began(what);
  seen_.retries += what.key.attempt > 1 ? 1 : 0;
  if (what.number != rounds_.size() + 1) {
    violated(what.key, "has number " + std::to_string(what.number) + ", some record was written over");
  }
  if (what.key.round != committed_rounds_of(session) + 1 || what.parent != head_of(session)) {
    violated(what.key, "I-3: does not follow its predecessor");
  }
  std::uint32_t failed = 0;
  for (std::uint32_t attempt = 1; attempt < what.key.attempt; ++attempt) {
    const auto earlier = rounds_.find({session, what.key.round, attempt});
    const bool has_ended = earlier != rounds_.end() && (earlier->second.status == round_status::failed ||
                                                        earlier->second.status == round_status::abandoned);
    if (!has_ended) {
      violated(what.key, "I-4: begun though attempt " + std::to_string(attempt) + " has not ended");
    }
    failed += has_ended && earlier->second.status == round_status::failed ? 1 : 0;
  }
  if (failed >= sessions_.at(session).options.round_attempts + resumed_[session]) {
    violated(what.key, "I-8: one attempt too many");
  }
}

/// When its time began to run: with the decision that it dates, which a slow disk stores a while later. Unknown, and
/// hence long ago, if the calendar was set back in between.
domain::instant history_checker::began(const domain::round_record& what) const {
  constexpr domain::milliseconds rounding{1}; // of the two dates
  const auto ago = date_ - what.opened_at;
  return ago < domain::milliseconds{0} ? domain::instant::min() : now_ - ago - rounding;
}

void history_checker::changed(const domain::round_record& before, const domain::round_record& what) {
  if (before.status == round_status::committed) {
    if (without_validations(before) != without_validations(what)) {
      violated(what.key, "I-2: a committed record was changed");
    }
  } else if (before.status != round_status::open) {
    if (before != what) {
      violated(what.key, "the record of an attempt that had ended was changed");
    }
  } else if (before.number != what.number || before.parent != what.parent || before.scales != what.scales) {
    violated(what.key, "I-4: an open attempt has become another one");
  }
}

void history_checker::check_parts(const domain::round_record* before, const domain::round_record& what) {
  const auto has = [](const domain::round_record& record, domain::lease_id lease) {
    return std::ranges::any_of(record.parts, [&](const auto& part) { return part.lease == lease; });
  };
  if (before != nullptr && before->status == round_status::open) {
    for (const auto& part : before->parts) {
      if (!has(what, part.lease)) {
        seen_.fenced += fenced_.insert(part.lease).second ? 1 : 0;
      }
    }
  }
  auto& asked = asked_[what.key];
  for (const auto& part : what.parts) {
    asked.insert(part.cohort.begin(), part.cohort.end());
    std::ranges::transform(part.carried, std::inserter(asked, asked.end()), &domain::carried_client::client);
    const auto [given, is_new] = leases_.emplace(part.lease, what.key);
    if (!is_new && given->second != what.key) {
      violated(what.key, "I-1: a lease was given twice");
    }
    if (fenced_.contains(part.lease)) {
      violated(what.key, "I-1: a fenced lease came back");
    }
  }
}

void history_checker::changed(const domain::session_record& what) {
  const auto& before = sessions_.at(what.session);
  const auto& name = what.session.value();
  if (is_final(before.status) && before != what) {
    violated(name + ": I-7: was changed after its end");
  }
  if (what.head != head_of(what.session) || what.rounds_committed != committed_rounds_of(what.session)) {
    violated(name + ": I-3: its head is not its last committed round");
  }
  if (what.optimizer_state != states_[what.session]) {
    violated(name + ": I-2: its optimizer's state is not the one that belongs to its head");
  }
  if (what.status == session_status::finished && what.rounds_committed != what.options.rounds) {
    violated(name + ": finished after " + std::to_string(what.rounds_committed) + " rounds");
  }
  if (what.status == session_status::failed && what.reason.code == domain::errc::none) {
    violated(name + ": I-8: failed without a reason");
  }
  if (is_final(what.status) || what.status == session_status::paused) {
    for (const auto& [key, record] : rounds_) {
      if (key.session == what.session && record.status == round_status::open) {
        violated(key, "I-8: open, though the session is not running");
      }
    }
  }
  // Trying a disk again is nothing that the session did wrong; a person has said when.
  resumed_[what.session] += is_paused_by_a_disk(before) && !is_paused_by_a_disk(what) ? 1 : 0;
  seen_.paused += !is_paused_by_a_disk(before) && is_paused_by_a_disk(what) ? 1 : 0;
  sessions_.insert_or_assign(what.session, what);
  were_.insert({what.session, what.status});
}

void history_checker::on(const event::acknowledged& what) {
  if (!were_.contains({what.what.session, what.what.status})) {
    violated(what.what.session.value() + ": I-7: acknowledged as " + std::string(to_string(what.what.status)) +
             " before it was stored");
  }
}

// -- messages ------------------------------------------------------------------------------

void history_checker::on(const event::said& what) {
  std::visit(domain::overloaded{
                 [&](const domain::round_plan& m) { said(what, m); },
                 [&](const domain::partial& m) { said(what, m); },
                 [&](const domain::round_closed& m) { said(what, m); },
                 [&](const domain::receipt& m) { said(what, m); },
                 [&](const domain::offer& m) { said(what, m); },
                 [](const auto&) {},
             },
             what.what.what);
}

void history_checker::on(const event::heard& what) {
  const auto& round = what.what.head.round;
  if (const auto* part = std::get_if<domain::partial>(&what.what.what)) {
    parts_[part->lease].push_back({what.from, *part});
  } else if (const auto* progress = std::get_if<domain::progress>(&what.what.what)) {
    if (progress->failed > 0) {
      with_losses_.insert(round);
    }
  } else if (const auto* receipt = std::get_if<domain::receipt>(&what.what.what)) {
    if (receipt->kind == domain::task_kind::train) {
      heard_by_client(what, *receipt);
    }
  } else if (const auto* over = std::get_if<domain::cancel_task>(&what.what.what)) {
    if (over->kind == domain::task_kind::train) {
      owed_.erase({round, domain::client_id{what.who}});
    }
  }
}

void history_checker::said(const event::said& by, const domain::round_plan& what) {
  const auto& round = by.what.head.round;
  const auto [at, is_new] = plans_.emplace(what.lease, known_plan{by.to, round, what});
  auto& first = at->second;
  first.combiner = first.combiner.empty() ? by.to : first.combiner;
  const bool is_same =
      first.round == round && first.what.kind == what.kind && (by.to.empty() || first.combiner == by.to);
  if (!is_new && !is_same) {
    violated(round, "I-1: one lease for two different parts");
  }
  if (what.kind != domain::task_kind::train) {
    return;
  }
  const auto lists = [](const auto& all, const auto& one) { return std::ranges::count(all, one) > 0; };
  // Of those who are stored some may have been given up meanwhile, or placed elsewhere.
  const auto is_this = [&](const domain::part_record& part) {
    return part.lease == what.lease &&
           std::ranges::all_of(what.cohort, [&](const auto& one) { return lists(part.cohort, one); }) &&
           std::ranges::all_of(what.carried, [&](const auto& one) { return lists(part.carried, one); });
  };
  const auto record = rounds_.find(round);
  const bool is_stored = record != rounds_.end() && record->second.status == round_status::open &&
                         record->second.parent == what.model && std::ranges::any_of(record->second.parts, is_this);
  if (!is_stored) {
    violated(round, "I-4: a plan was sent that is not in the store");
  }
}

void history_checker::said(const event::said& by, const domain::partial& what) {
  const auto journal = journal_.find({by.who, what.lease});
  const auto plan = plans_.find(what.lease);
  if (plan == plans_.end() || plan->second.what.kind != domain::task_kind::train) {
    return;
  }
  const auto lists = [](const auto& all, const domain::client_id& client) {
    return std::ranges::any_of(all, [&](const auto& one) { return one.client == client; });
  };
  for (const auto& one : what.contributions) {
    if (journal == journal_.end() || !journal->second.contains(one.client)) {
      violated(plan->second.round, "I-5: the update of " + one.client.value() + " counts but is not journalled");
    }
  }
  if (journal == journal_.end()) {
    return;
  }
  for (const auto& [client, answer] : journal->second) {
    const bool is_lost = answer.life != lives_[by.who] || answer.is_given_up;
    const bool may_lack = is_lost && lists(what.failures, client);
    if (!lists(what.contributions, client) && !may_lack) {
      violated(plan->second.round, "I-5: " + by.who + " had accepted " + client.value() + " and left it out");
    }
  }
}

void history_checker::said(const event::said& by, const domain::round_closed& what) {
  const auto plan = plans_.find(what.lease);
  if (!what.counted || plan == plans_.end() || plan->second.what.kind != domain::task_kind::train) {
    return;
  }
  const auto record = rounds_.find(plan->second.round);
  const bool is_in = record != rounds_.end() && record->second.status == round_status::committed &&
                     std::ranges::any_of(record->second.parts, [&](const auto& p) { return p.lease == what.lease; });
  if (!is_in) {
    violated(by.what.head.round, "I-1: a part was said to count before it was committed");
  }
}

void history_checker::said(const event::said& by, const domain::receipt& what) {
  const auto& round = by.what.head.round;
  const bool is_promise = what.kind == domain::task_kind::train && what.verdict == domain::receipt_verdict::accepted;
  if (what.verdict == domain::receipt_verdict::not_needed) { // it knows that it is not in: the part was given up
    for (auto& [part, answers] : journal_) {
      const auto plan = plans_.find(part.second);
      if (part.first == by.who && plan != plans_.end() && plan->second.round == round) {
        if (const auto answer = answers.find(domain::client_id{by.to}); answer != answers.end()) {
          answer->second.is_given_up = true;
        }
      }
    }
  }
  if (is_promise) {
    accepted_.insert({round, domain::client_id{by.to}});
  }
  if (is_promise && !journalled_.contains({by.who, {round, domain::client_id{by.to}}})) {
    violated(round, "I-5: " + by.to + " was told accepted before it was journalled");
  }
}

} // namespace fedloom::simulation
