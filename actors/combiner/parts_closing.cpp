// How parts end: closed by the controller, declined, or handed in because the process is about to end.
#include "actors/combiner/parts_machine.hpp"

#include <algorithm>

namespace fedloom::combiner {

using namespace parts;
using domain::errc;

effects parts_machine::closing(domain::instant now, const domain::close_collection& what) {
  effects out;
  if (const auto found = open_.find(what.lease); found != open_.end()) {
    const auto why = is_draining_ ? collection::closing::draining : collection::closing::ended;
    take(found->second, found->second.close(now, why), out);
  }
  settle(now, out);
  return out;
}

effects parts_machine::closed(domain::instant now, const domain::round_closed& what) {
  effects out;
  if (const auto found = open_.find(what.lease); found != open_.end()) {
    auto& one = found->second;
    const auto elsewhere = [&](const auto& key) { return has_another_place(what.lease, key); };
    take(one, one.closed(what.counted, elsewhere), out);
    out.emplace_back(ended{one.round(), what.counted});
    if (one.plan().kind == domain::task_kind::train) {
      remember(one, what.counted, out);
    }
    erase(found, out);
    release_late(out);
  } else if (const auto known = std::ranges::find(ended_, what.lease, &ended_part::lease); known != ended_.end()) {
    // Said once more: the session has ended or is paused, and does not wait for who was late.
    for (const auto& key : std::exchange(known->late, {})) {
      not_needed(key, {errc::late, "the session waits for nobody any more"}, out);
    }
  }
  settle(now, out);
  return out;
}

void parts_machine::remember(const collection_machine& one, bool counted, effects& out) {
  const auto lease = one.plan().lease;
  // A part of the former life that was taken after this one had begun anew: the journal cannot tell the two apart.
  const bool is_sure = one.is_frozen() || one.is_recovered();
  out.emplace_back(journal{domain::journalled_end{lease, one.round(), counted && is_sure}, lease, {}});
  ended_.push_back({lease, one.round(), counted, true, one.accepted(), one.late()});
  while (ended_.size() > limits_.ended) {
    out.emplace_back(journal{storage::forgotten_lease{ended_.front().lease}, ended_.front().lease, {}});
    ended_.pop_front();
  }
}

effects parts_machine::drain(domain::instant now) {
  is_draining_ = true;
  alone_since_ = now;
  effects out;
  settle(now, out);
  return out;
}

void parts_machine::decline(machines::iterator which, const domain::error& reason, effects& out) {
  auto& one = which->second;
  out.emplace_back(report{one.round(), domain::plan_declined{which->first, reason}, {}});
  take(one, one.closed(false, [&](const auto& key) { return has_another_place(which->first, key); }), out);
  drop(which, reason, out);
}

void parts_machine::drop(machines::iterator which, const domain::error& reason, effects& out) {
  out.emplace_back(dropped{which->second.round(), reason});
  if (which->second.plan().kind == domain::task_kind::train) {
    out.emplace_back(journal{storage::forgotten_lease{which->first}, which->first, {}});
  }
  erase(which, out);
}

void parts_machine::erase(machines::iterator which, effects& out) {
  out.emplace_back(drop_sum{which->first});
  std::erase_if(unwritten_, [&](const auto& entry) { return entry.first.first == which->first; });
  open_.erase(which);
  if (open_.empty()) {
    staging_.forget_limit();
  }
}

void parts_machine::try_again(domain::instant now, effects& out) {
  if (!try_again_at_ || now < *try_again_at_) {
    return;
  }
  try_again_at_.reset();
  for (const auto& [key, since] : unwritten_) {
    const auto& [lease, client] = key;
    const auto& one = open_.at(lease);
    if (client.value().empty()) {
      out.emplace_back(journal{domain::journalled_plan{one.round(), one.plan()}, lease, client});
    } else {
      out.emplace_back(journal{domain::journalled_answer{lease, one.contribution_of(client)}, lease, client});
    }
  }
}

/// What every step may have made possible: what one collection gave up, another may take.
void parts_machine::settle(domain::instant now, effects& out) {
  for (auto& [lease, one] : open_) {
    take(one, one.close_if_due(now), out);
  }
  const auto admit = [&] {
    for (auto& [lease, one] : open_) {
      take(one, one.admit(now), out);
    }
  };
  admit();
  const auto is_short = [](const auto& entry) { return entry.second.is_short_of_staging(); };
  if (std::ranges::any_of(open_, is_short)) {
    bool gave = false;
    for (auto& [lease, one] : open_) {
      gave |= one.give_way();
    }
    if (gave) {
      admit();
    }
  }
  if (!is_draining_) {
    return;
  }
  const bool is_all_frozen = std::ranges::all_of(open_, [](const auto& entry) { return entry.second.is_frozen(); });
  if (is_all_frozen && !std::exchange(has_dismissed_, true)) {
    out.emplace_back(dismiss{});
  }
  const auto last = drained_at();
  if ((open_.empty() || (last && now >= *last)) && !std::exchange(is_drained_, true)) {
    out.emplace_back(drained{});
  }
}

/// When it waits no longer for a controller that is gone.
std::optional<domain::instant> parts_machine::drained_at() const {
  const bool is_alone = is_draining_ && !is_drained_ && !uplinked_since_;
  return is_alone ? std::optional{alone_since_ + limits_.collection.absence} : std::nullopt;
}

} // namespace fedloom::combiner
