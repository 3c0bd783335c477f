#include "actors/controller/round_machine.hpp"

#include <algorithm>

namespace fedloom::controller {

using namespace round;
using domain::errc;

namespace {

void append(effects& to, effects from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

domain::milliseconds left(domain::instant now, domain::instant until) {
  return std::max(std::chrono::duration_cast<domain::milliseconds>(until - now), domain::milliseconds{1});
}

} // namespace

round_machine::round_machine(domain::round_key about, domain::round_plan plan, round_limits limits, lease_source leases,
                             domain::instant now)
    : about_(std::move(about)), plan_(std::move(plan)), limits_(limits), leases_(std::move(leases)),
      deadline_(now + limits_.deadline) {}

effects round_machine::open(const std::vector<available_client>& cohort) {
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

void round_machine::adopt(const std::vector<domain::part_record>& parts) {
  for (const auto& one : parts) {
    auto& added = parts_[one.lease];
    added.combiner = one.combiner;
    added.cohort = one.cohort;
    added.totals.pending = static_cast<std::uint32_t>(one.cohort.size());
    asked_ += one.cohort.size();
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
  for (auto& [lease, one] : parts_) {
    if (one.combiner == combiner && one.at == part_stage::open) {
      one.away_since.reset();
      append(out, send_plan(now, lease, one));
      if (stage_ == stage::closing) {
        out.emplace_back(send{combiner, about_, domain::close_collection{lease}});
      }
    } else if (one.combiner == combiner && one.at == part_stage::merging) {
      one.away_since.reset();
      // It goes on where it stopped, unless the combiner has lost it: then it answers the plan with progress.
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

effects round_machine::combiner_down(domain::instant now, const domain::combiner_id& combiner) {
  for (auto& [lease, one] : parts_) {
    // A part that had arrived whole stays; a sum on its way is taken up again when the combiner is back.
    const bool is_unfinished = one.at == part_stage::open || one.at == part_stage::merging;
    if (one.combiner == combiner && is_unfinished && !one.away_since) {
      one.away_since = now;
    }
  }
  // Who came back to this combiner has to come back once more.
  std::erase_if(returned_, [&](const auto& one) { return one.second == combiner; });
  std::erase_if(seen_at_, [&](const auto& one) { return one.second == combiner; });
  return {};
}

effects round_machine::client_up(domain::instant now, const available_client& who) {
  if (stage_ != stage::open) {
    return {};
  }
  seen_at_[who.client] = who.combiner;
  if (orphans_.contains(who.client)) {
    came_back(now, who.client, who.combiner);
  }
  return {};
}

effects round_machine::received(domain::instant now, const domain::combiner_id& from, const domain::progress& what) {
  const auto found = parts_.find(what.lease);
  if (found == parts_.end() || found->second.combiner != from) {
    return {};
  }
  auto& one = found->second;
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
  fence(now, found->second, what.reason, false);
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
  one.result = what;
  if (what.sum_bytes > 0 && !what.contributions.empty()) {
    one.at = part_stage::merging;
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
    one.result.reset();
    stage_ = stage::open;
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
    const bool is_overdue = stage_ == stage::closing && now >= closing_until_;
    if (one.at == part_stage::merging && (is_lost || is_overdue) && !one.abandoned) {
      one.abandoned = true;
      out.emplace_back(abandon_sum{lease});
    } else if (one.at == part_stage::open && is_lost) {
      fence(now, one, {errc::combiner_lost, "combiner " + one.combiner.value() + " was away for longer than a lease"},
            true);
    } else if (one.at == part_stage::open && is_overdue) {
      fence(now, one, {errc::timed_out, "combiner " + one.combiner.value() + " did not send its part in time"}, false);
    }
  }
  if (!returned_.empty() && now >= replace_at_) {
    append(out, replace_returned(now));
  }
  for (auto at = orphans_.begin(); at != orphans_.end();) {
    if (now >= at->second) {
      lost_.push_back({at->first, {errc::combiner_lost, "its combiner was lost and it did not come back"}, 0});
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
    if (is_waited_for && stage_ == stage::closing) {
      at_latest(closing_until_);
    }
  }
  if (!returned_.empty()) {
    at_latest(replace_at_);
  }
  for (const auto& [client, until] : orphans_) {
    at_latest(until);
  }
  return wake;
}

void round_machine::add_part(const domain::combiner_id& combiner, std::vector<domain::client_id> cohort) {
  auto& added = parts_[leases_()];
  added.combiner = combiner;
  added.totals.pending = static_cast<std::uint32_t>(cohort.size());
  added.cohort = std::move(cohort);
}

effects round_machine::send_plan(domain::instant now, domain::lease_id lease, const part& to) const {
  auto plan = plan_;
  plan.lease = lease;
  plan.cohort = to.cohort;
  plan.remaining = left(now, deadline_);
  return {send{to.combiner, about_, std::move(plan)}};
}

void round_machine::fence(domain::instant now, part& which, domain::error reason, bool clients_may_return) {
  which.at = part_stage::fenced;
  which.result.reset();
  which.reason = reason;
  for (const auto& client : which.cohort) {
    if (clients_may_return && stage_ == stage::open) {
      // They notice within a lease that their combiner is gone, and then have to join.
      orphans_[client] = now + 2 * limits_.absence;
      // Some have noticed before we gave their combiner up.
      if (const auto seen = seen_at_.find(client); seen != seen_at_.end() && seen->second != which.combiner) {
        came_back(now, client, seen->second);
      }
    } else {
      lost_.push_back({client, reason, 0});
    }
  }
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
    }
  }
  returned_.clear();
  effects out{parts_changed{}};
  for (auto& [combiner, clients] : by_combiner) {
    const auto lease = leases_();
    auto& added = parts_[lease];
    added.combiner = combiner;
    added.totals.pending = static_cast<std::uint32_t>(clients.size());
    added.cohort = std::move(clients);
    append(out, send_plan(now, lease, added));
  }
  return out;
}

effects round_machine::decide(domain::instant now) {
  if (stage_ == stage::settled) {
    return {};
  }
  effects out;
  if (stage_ == stage::open) {
    std::uint32_t accepted = 0;
    for (const auto& [lease, one] : parts_) {
      // A part that began anew reopens the collection while others are in already.
      accepted += one.at == part_stage::open ? one.totals.accepted
                  : one.result               ? static_cast<std::uint32_t>(one.result->contributions.size())
                                             : 0;
    }
    const bool has_enough = limits_.enough > 0 && accepted >= limits_.enough;
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

effects round_machine::begin_closing(domain::instant now) {
  stage_ = stage::closing;
  closing_until_ = now + limits_.closing;
  for (const auto& [client, until] : orphans_) {
    lost_.push_back({client, {errc::combiner_lost, "its combiner was lost"}, 0});
  }
  orphans_.clear();
  returned_.clear();
  effects out;
  for (auto& [lease, one] : parts_) {
    if (one.at == part_stage::open) {
      out.emplace_back(send{one.combiner, about_, domain::close_collection{lease}});
    }
  }
  return out;
}

bool round_machine::all_have_answered() const {
  return orphans_.empty() && std::ranges::all_of(parts_, [](const auto& entry) {
           return entry.second.at != part_stage::open || entry.second.totals.pending == 0;
         });
}

} // namespace fedloom::controller
