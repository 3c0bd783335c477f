// Parts of a collection and the clients in them: planned, lost, drained, placed anew.
#include "actors/controller/round_machine.hpp"

#include <algorithm>

namespace fedloom::controller {

using namespace round;
using domain::errc;

namespace {

domain::milliseconds left(domain::instant now, domain::instant until) {
  return std::max(std::chrono::duration_cast<domain::milliseconds>(until - now), domain::milliseconds{1});
}

} // namespace

domain::lease_id round_machine::add_part(const domain::combiner_id& combiner, std::vector<domain::client_id> cohort) {
  const auto lease = leases_();
  auto& added = parts_[lease];
  added.combiner = combiner;
  added.totals.pending = static_cast<std::uint32_t>(cohort.size());
  added.cohort = std::move(cohort);
  return lease;
}

domain::part_record round_machine::record_of(domain::lease_id lease, const part& which) const {
  domain::part_record record{lease, which.combiner, {}, {}};
  for (const auto& client : which.cohort) {
    if (const auto late = carried_.find(client); late != carried_.end()) {
      record.carried.push_back(late->second);
    } else {
      record.cohort.push_back(client);
    }
  }
  return record;
}

effects round_machine::send_plan(domain::instant now, domain::lease_id lease, const part& to) const {
  auto plan = plan_;
  auto record = record_of(lease, to);
  plan.lease = lease;
  plan.cohort = std::move(record.cohort);
  plan.carried = std::move(record.carried);
  plan.remaining = left(now, deadline_);
  return {send{to.combiner, about_, std::move(plan)}};
}

effects round_machine::combiner_down(domain::instant now, const domain::combiner_id& combiner) {
  for (auto& [lease, one] : parts_) {
    // A part that had arrived whole stays; a sum on its way is taken up again when the combiner is back.
    const bool is_unfinished = one.at == part_stage::open || one.at == part_stage::merging;
    if (one.combiner == combiner && is_unfinished && !one.away_since) {
      one.away_since = now;
    }
  }
  left_by_all(now, combiner);
  return {};
}

effects round_machine::combiner_draining(domain::instant now, const domain::combiner_id& combiner) {
  draining_.insert(combiner);
  left_by_all(now, combiner);
  effects out;
  for (auto& [lease, one] : parts_) {
    if (one.combiner == combiner && one.at == part_stage::open && !one.close_by) {
      append(out, close_part(now, lease, one));
    }
  }
  return out;
}

/// Who came back to this combiner has to come back once more, and has as long for it.
void round_machine::left_by_all(domain::instant now, const domain::combiner_id& combiner) {
  std::erase_if(returned_, [&](const auto& one) {
    if (one.second == combiner) {
      has_to_move(now, one.first);
    }
    return one.second == combiner;
  });
  std::erase_if(seen_at_, [&](const auto& one) { return one.second == combiner; });
}

void round_machine::has_to_move(domain::instant now, const domain::client_id& client) {
  if (const auto found = orphans_.find(client); found != orphans_.end()) {
    found->second.until = std::max(found->second.until, now + 2 * limits_.absence);
  }
}

effects round_machine::client_up(domain::instant now, const available_client& who) {
  if (draining_.contains(who.combiner)) {
    has_to_move(now, who.client);
    return {};
  }
  seen_at_[who.client] = who.combiner; // while closing too: its part may still be lost
  if (stage_ == stage::open && orphans_.contains(who.client)) {
    came_back(now, who.client, who.combiner);
  }
  return {};
}

void round_machine::client_down(const domain::client_id& client) {
  seen_at_.erase(client);
  returned_.erase(client);
}

void round_machine::fence(domain::instant now, part& which, domain::error reason, bool clients_may_return) {
  which.at = part_stage::fenced;
  which.result.reset();
  which.reason = reason;
  if (clients_may_return) {
    reopen(now);
  }
  for (const auto& client : std::vector(which.cohort)) { // who is given up leaves it
    if (clients_may_return) {
      orphaned(now, client, which.combiner, reason);
    } else {
      lost_.push_back({client, reason, 0});
    }
  }
}

void round_machine::orphaned(domain::instant now, const domain::client_id& client, const domain::combiner_id& from,
                             domain::error reason) {
  if (stage_ != stage::open) {
    give_up(client, std::move(reason));
    return;
  }
  // They notice within a lease that their combiner is gone, and then have to join.
  orphans_[client] = {now + 2 * limits_.absence, std::move(reason)};
  // Some have noticed before we gave their combiner up.
  if (const auto seen = seen_at_.find(client); seen != seen_at_.end() && seen->second != from) {
    came_back(now, client, seen->second);
  }
}

/// Nobody waits for it any more. Its former part may still be lost: that must not list it once more (I-6).
void round_machine::give_up(const domain::client_id& client, domain::error reason) {
  for (auto& [lease, former] : parts_) {
    std::erase(former.cohort, client);
  }
  lost_.push_back({client, std::move(reason), 0});
}

/// Whoever is in this part's cohort is asked there: nobody waits for it elsewhere.
void round_machine::take_in(const part& which) {
  for (const auto& client : which.cohort) {
    orphans_.erase(client);
    returned_.erase(client);
  }
}

/// False: some of it belongs to another part by now, and a sum cannot be taken apart (I-1). A combiner that has begun
/// anew may have been asked for somebody who was placed elsewhere meanwhile.
bool round_machine::is_of(const part& which, const domain::partial& what) {
  return std::ranges::all_of(what.contributions, [&](const domain::contribution& one) {
    return std::ranges::find(which.cohort, one.client) != which.cohort.end();
  });
}

/// Whom a combiner could not wait for because it ends. Its partial may come again after a restart: who has a place in
/// another part by then does not lose it.
void round_machine::take_back_drained(domain::instant now, part& which) {
  std::erase_if(which.result->failures, [&](const domain::contribution_failure& failure) {
    const bool is_drained = failure.reason.code == errc::draining;
    const bool is_elsewhere = std::ranges::find(which.cohort, failure.client) == which.cohort.end();
    if (is_drained && !is_elsewhere) {
      orphaned(now, failure.client, which.combiner, failure.reason);
    }
    return is_drained || is_elsewhere;
  });
}

void round_machine::came_back(domain::instant now, const domain::client_id& client,
                              const domain::combiner_id& combiner) {
  if (returned_.empty()) {
    replace_at_ = now + limits_.replacing_pause;
  }
  returned_[client] = combiner;
}

effects round_machine::replace_returned(domain::instant now) {
  std::map<domain::combiner_id, std::vector<domain::client_id>> by_combiner;
  for (const auto& [client, combiner] : returned_) {
    if (orphans_.erase(client) > 0) {
      by_combiner[combiner].push_back(client);
      for (auto& [lease, former] : parts_) {
        std::erase(former.cohort, client);
      }
    }
  }
  returned_.clear();
  effects out{parts_changed{}};
  for (auto& [combiner, clients] : by_combiner) {
    const auto lease = add_part(combiner, std::move(clients));
    append(out, send_plan(now, lease, parts_.at(lease)));
  }
  dismiss_emptied(out);
  return out;
}

/// A part that was taken without an answer, and whose clients all have another place. Who comes and goes would leave
/// one behind each time. After the new plans: at the same combiner nobody must hear that it is not needed.
void round_machine::dismiss_emptied(effects& out) {
  for (auto& [lease, one] : parts_) {
    if (one.at == part_stage::taken && one.cohort.empty() && one.result->contributions.empty()) {
      one.at = part_stage::fenced;
      out.emplace_back(send{one.combiner, about_, domain::round_closed{lease, false}});
    }
  }
}

/// `late` before the deadline: it was back when its part was just being closed.
bool round_machine::may_come_back(const domain::contribution_failure& who) {
  const auto code = who.reason.code;
  return code == errc::client_lost || code == errc::combiner_lost || code == errc::draining || code == errc::late;
}

/// I-8: at the deadline they are given up like all others.
bool round_machine::wait_for_lost(domain::instant now) {
  const auto in = accepted();
  if (stage_ != stage::settled || now >= deadline_ || in >= limits_.quorum || in + lost().size() < limits_.quorum) {
    return false;
  }
  const auto recall = [&](std::vector<domain::contribution_failure>& from) {
    std::erase_if(from, [&](const auto& one) {
      if (may_come_back(one)) {
        orphans_[one.client] = {deadline_, one.reason, true};
      }
      return may_come_back(one);
    });
  };
  recall(lost_);
  for (auto& [lease, one] : parts_) {
    if (one.at == part_stage::taken && one.result) {
      recall(one.result->failures);
    }
  }
  stage_ = stage::open;
  return true;
}

} // namespace fedloom::controller
