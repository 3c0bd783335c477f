#include "actors/controller/round_machine.hpp"

#include <algorithm>

namespace fedloom::controller {

using namespace round;
using domain::errc;

round_machine::round_machine(domain::round_key about, domain::round_plan plan, round_limits limits, lease_source leases,
                             domain::instant now)
    : about_(std::move(about)), plan_(std::move(plan)), limits_(limits), leases_(std::move(leases)),
      deadline_(now + limits_.deadline) {}

effects round_machine::open(const std::vector<available_client>& cohort,
                            std::map<domain::client_id, domain::carried_client> carried) {
  carried_ = std::move(carried);
  std::map<domain::combiner_id, std::vector<domain::client_id>> by_combiner;
  for (const auto& one : cohort) {
    by_combiner[one.combiner].push_back(one.client);
  }
  for (auto& [combiner, clients] : by_combiner) {
    add_part(combiner, std::move(clients));
  }
  asked_ = cohort.size();
  return {parts_changed{}};
}

void round_machine::adopt(domain::instant now, const std::vector<domain::part_record>& parts,
                          const std::vector<domain::contribution_failure>& missing) {
  for (const auto& one : missing) {
    orphans_[one.client] = {now + 2 * limits_.absence, one.reason};
  }
  for (const auto& one : parts) {
    auto& added = parts_[one.lease];
    added.combiner = one.combiner;
    added.cohort = one.cohort;
    for (const auto& late : one.carried) {
      added.cohort.push_back(late.client);
      carried_[late.client] = late;
    }
    added.totals.pending = static_cast<std::uint32_t>(added.cohort.size());
    asked_ += added.cohort.size();
    take_in(added);
  }
}

effects round_machine::announce(domain::instant now) {
  effects out;
  for (const auto& [lease, one] : parts_) {
    append(out, send_plan(now, lease, one));
  }
  return out;
}

effects round_machine::combiner_up(domain::instant now, const domain::combiner_id& combiner) {
  effects out;
  draining_.erase(combiner); // if it still is, it says so again
  for (auto& [lease, one] : parts_) {
    if (one.combiner == combiner && one.at == part_stage::open) {
      one.away_since.reset();
      // It may have begun anew; then it collects again while there is time, for its clients keep what they sent (I-5).
      one.totals = {lease, 0, 0, static_cast<std::uint32_t>(one.cohort.size())};
      reopen(now);
      if (stage_ == stage::open) {
        one.close_by.reset();
        take_in(one);
      }
      append(out, send_plan(now, lease, one));
      if (one.close_by) {
        out.emplace_back(send{combiner, about_, domain::close_collection{lease}});
      }
    } else if (one.combiner == combiner && one.at == part_stage::merging) {
      one.away_since.reset();
      // It goes on where it stopped, unless the combiner has lost it: then it answers the plan with progress.
      one.asked_anew = true;
      append(out, send_plan(now, lease, one));
      if (!one.abandoned) { // else the sum would be merged after it was called off, and the record would not list it
                            // (I-1)
        out.emplace_back(fetch_sum{combiner, about_, *one.result, true});
      }
    } else if (one.combiner == combiner && one.at == part_stage::fenced) {
      out.emplace_back(send{combiner, about_, domain::round_closed{lease, false}});
    }
  }
  return out;
}

effects round_machine::received(domain::instant now, const domain::combiner_id& from, const domain::progress& what) {
  const auto found = parts_.find(what.lease);
  if (found == parts_.end() || found->second.combiner != from) {
    return {};
  }
  auto& one = found->second;
  if (one.at == part_stage::taken && !one.asked_anew) {
    return {}; // it has restarted since, and knows from its journal whom it had
  }
  if (one.at == part_stage::merging || one.at == part_stage::taken) {
    one.lost = true; // it has begun anew: what it is going to hold is not what we have
    one.totals = what;
    const bool is_called_off = one.at == part_stage::taken || std::exchange(one.abandoned, true);
    return is_called_off ? effects{} : effects{abandon_sum{what.lease}};
  }
  if (one.at != part_stage::open) {
    return {};
  }
  one.totals = what;
  return decide(now);
}

effects round_machine::received(domain::instant now, const domain::combiner_id& from,
                                const domain::plan_declined& what) {
  const auto found = parts_.find(what.lease);
  if (found == parts_.end() || found->second.combiner != from || found->second.at != part_stage::open) {
    return {};
  }
  fence(now, found->second, what.reason, what.reason.code == errc::draining);
  return decide(now);
}

effects round_machine::received(domain::instant now, const domain::combiner_id& from, const domain::partial& what) {
  const auto found = parts_.find(what.lease);
  if (found == parts_.end() || found->second.combiner != from) {
    return {};
  }
  auto& one = found->second;
  if (one.at == part_stage::fenced) {
    return {send{from, about_, domain::round_closed{what.lease, false}}};
  }
  if (one.at != part_stage::open) {
    return {};
  }
  if (!is_of(one, what)) {
    fence(now, one, {errc::stale_lease, "it holds updates of clients that were placed elsewhere since"}, true);
    auto out = decide(now);
    out.emplace_back(send{from, about_, domain::round_closed{what.lease, false}});
    return out;
  }
  one.result = what;
  take_back_drained(now, one);
  if (what.sum_bytes > 0 && !what.contributions.empty()) {
    one.at = part_stage::merging;
    if (!one.close_by) { // handed in unasked: it was frozen in an earlier life of the controller (I-8)
      one.close_by = now + limits_.closing;
    }
    return {fetch_sum{from, about_, what, false}};
  }
  one.at = part_stage::taken;
  return decide(now);
}

effects round_machine::sum_merged(domain::instant now, domain::lease_id lease) {
  const auto found = parts_.find(lease);
  if (found == parts_.end() || found->second.at != part_stage::merging) {
    return {};
  }
  found->second.at = part_stage::taken;
  return decide(now);
}

effects round_machine::sum_failed(domain::instant now, domain::lease_id lease, const domain::error& reason) {
  const auto found = parts_.find(lease);
  if (found == parts_.end() || found->second.at != part_stage::merging) {
    return {};
  }
  auto& one = found->second;
  one.abandoned = false;
  if (std::exchange(one.lost, false) && now < deadline_) {
    one.at = part_stage::open;
    one.asked_anew = false;
    one.result.reset();
    one.close_by.reset();
    reopen(now);
    take_in(one);
    return decide(now);
  }
  fence(now, one, reason, true);
  return decide(now);
}

effects round_machine::tick(domain::instant now) {
  effects out;
  if (stage_ == stage::settled) {
    return out;
  }
  for (auto& [lease, one] : parts_) {
    const bool is_lost = one.away_since && now >= *one.away_since + limits_.absence;
    const bool is_overdue = one.close_by && now >= *one.close_by;
    if (one.at == part_stage::merging && (is_lost || is_overdue) && !one.abandoned) {
      one.abandoned = true;
      out.emplace_back(abandon_sum{lease});
    } else if (one.at == part_stage::open && is_lost) {
      fence(now, one, {errc::combiner_lost, "combiner " + one.combiner.value() + " was away for longer than a lease"},
            true);
    } else if (one.at == part_stage::open && is_overdue) {
      fence(now, one, {errc::timed_out, "combiner " + one.combiner.value() + " did not send its part in time"}, true);
    }
  }
  if (!returned_.empty() && now >= replace_at_) {
    append(out, replace_returned(now));
  }
  for (auto at = orphans_.begin(); at != orphans_.end();) {
    if (now >= at->second.until) {
      give_up(at->first, at->second.reason);
      at = orphans_.erase(at);
    } else {
      ++at;
    }
  }
  append(out, decide(now));
  return out;
}

effects round_machine::close(domain::instant now) {
  auto out = stage_ == stage::open ? begin_closing(now) : effects{};
  append(out, decide(now));
  return out;
}

std::optional<domain::instant> round_machine::next_wake() const {
  if (stage_ == stage::settled) {
    return std::nullopt;
  }
  std::optional<domain::instant> wake;
  const auto at_latest = [&](domain::instant when) { wake = wake ? std::min(*wake, when) : when; };
  if (stage_ == stage::open) {
    at_latest(deadline_);
  }
  for (const auto& [lease, one] : parts_) {
    const bool is_waited_for = one.at == part_stage::open || (one.at == part_stage::merging && !one.abandoned);
    if (is_waited_for && one.away_since) {
      at_latest(*one.away_since + limits_.absence);
    }
    if (is_waited_for && one.close_by) {
      at_latest(*one.close_by);
    }
  }
  if (!returned_.empty()) {
    at_latest(replace_at_);
  }
  for (const auto& [client, one] : orphans_) {
    at_latest(one.until);
  }
  return wake;
}

effects round_machine::decide(domain::instant now) {
  if (stage_ == stage::settled) {
    return {};
  }
  effects out;
  if (stage_ == stage::open) {
    const bool has_enough = limits_.enough > 0 && accepted() >= limits_.enough;
    if (!has_enough && !all_have_answered() && now < deadline_) {
      return out;
    }
    out = begin_closing(now);
  }
  const bool all_in = std::ranges::all_of(parts_, [](const auto& entry) {
    return entry.second.at == part_stage::taken || entry.second.at == part_stage::fenced;
  });
  if (all_in) {
    stage_ = stage::settled;
    out.emplace_back(settled{});
  }
  return out;
}

/// What was complete is so no more. When enough is in all the same, or the time is up, it is closed again at once.
void round_machine::reopen(domain::instant now) {
  if (stage_ == stage::closing && now < deadline_) {
    stage_ = stage::open;
  }
}

effects round_machine::begin_closing(domain::instant now) {
  stage_ = stage::closing;
  for (const auto& [client, one] : orphans_) {
    give_up(client, one.reason);
  }
  orphans_.clear();
  returned_.clear();
  effects out;
  for (auto& [lease, one] : parts_) {
    if (one.at == part_stage::open && !one.close_by) {
      append(out, close_part(now, lease, one));
    }
  }
  return out;
}

effects round_machine::close_part(domain::instant now, domain::lease_id lease, part& which) const {
  which.close_by = now + limits_.closing;
  return {send{which.combiner, about_, domain::close_collection{lease}}};
}

std::size_t round_machine::accepted() const {
  std::size_t count = 0;
  for (const auto& [lease, one] : parts_) {
    // A part that began anew reopens the collection while others are in already.
    count += one.at == part_stage::open ? one.totals.accepted : one.result ? one.result->contributions.size() : 0;
  }
  return count;
}

bool round_machine::all_have_answered() const {
  const bool has_quorum = accepted() >= limits_.quorum;
  const auto is_missed = [&](const auto& entry) { return !(entry.second.is_reserve && has_quorum); };
  return std::ranges::none_of(orphans_, is_missed) && std::ranges::all_of(parts_, [](const auto& entry) {
           return entry.second.at != part_stage::open || entry.second.totals.pending == 0;
         });
}

} // namespace fedloom::controller
