// What clients say: to which collection it belongs, and what they hear when it belongs to none.
#include "actors/combiner/parts_machine.hpp"

#include <algorithm>

namespace fedloom::combiner {

using namespace parts;
using domain::errc;
using domain::receipt_verdict;

effects parts_machine::from_client(domain::instant now, const domain::client_id& client, const domain::message& in) {
  effects out;
  std::visit(domain::overloaded{
                 [&](const domain::offer& m) { out = offered(now, client, in, m); },
                 [&](const domain::chunk& m) {
                   const auto found = std::ranges::find_if(
                       open_, [&](const auto& entry) { return entry.second.takes_transfer(client, m.transfer); });
                   if (found != open_.end()) {
                     found->second.count_traffic(in.payload.size(), 0);
                     take(found->second, found->second.received(now, client, m, in.payload), out);
                   }
                 },
                 [&](const domain::task_failed& m) {
                   if (auto* one = find(client, in.head.round, m.kind)) {
                     take(*one, one->received(now, client, m), out);
                   }
                 },
                 [&](const domain::validation& m) {
                   if (auto* one = find(client, in.head.round, m.kind)) {
                     one->count_traffic(in.payload.size(), 0);
                     take(*one, one->received(now, client, m, in.payload), out);
                   }
                 },
                 [](const auto&) {},
             },
             in.what);
  settle(now, out);
  return out;
}

effects parts_machine::offered(domain::instant now, const domain::client_id& client, const domain::message& in,
                               const domain::offer& what) {
  effects out;
  if (auto* one = find(client, in.head.round, domain::task_kind::train)) {
    one->count_traffic(in.payload.size(), 0);
    take(*one, one->received(now, client, what, in.payload), out);
    return out;
  }
  return answer_stray(now, {in.head.round, client});
}

effects parts_machine::answer_stray(domain::instant now, const domain::update_key& key) {
  effects out;
  const auto was_accepted = [&](const ended_part& one) { return one.accepted.contains(key); };
  const auto is_late = [&](const ended_part& one) { return one.late.contains(key); };
  const auto is_over = [&](const ended_part& one) { return one.round == key.round && one.knows_late; };
  if (has_counted(key)) {
    out.emplace_back(
        send{key.client, key.round, domain::receipt{domain::task_kind::train, receipt_verdict::counted, {}}, {}});
  } else if (std::ranges::any_of(ended_, was_accepted)) {
    not_needed(key, {errc::late, "the round ended without it"}, out);
  } else if (is_superseded(key.round) ||
             (std::ranges::any_of(ended_, is_over) && std::ranges::none_of(ended_, is_late))) {
    const domain::error late{errc::late, "the session has moved on without it"}; // I-9
    not_needed(key, late, out);
    out.emplace_back(update_refused{key.round, key.client, late});
  } else {
    unclaimed_.add(key, now);
  }
  return out;
}

/// A later round or attempt of the session was planned here.
bool parts_machine::is_superseded(const domain::round_key& round) const {
  const auto is_later = [&](const domain::round_key& known) { return known.session == round.session && known > round; };
  return std::ranges::any_of(open_,
                             [&](const auto& entry) {
                               return entry.second.plan().kind == domain::task_kind::train &&
                                      is_later(entry.second.round());
                             }) ||
         std::ranges::any_of(ended_, [&](const auto& one) { return is_later(one.round); });
}

collection_machine* parts_machine::find(const domain::client_id& client, const domain::round_key& key,
                                        domain::task_kind kind) {
  // The newest: who was lost in one part of a round may be asked again in another.
  for (auto at = open_.rbegin(); at != open_.rend(); ++at) {
    if (at->second.plan().kind == kind && at->second.expects(client, key)) {
      return &at->second;
    }
  }
  return nullptr;
}

/// Its answer is wanted, or counted, in another part of the same round.
bool parts_machine::has_another_place(domain::lease_id than, const domain::update_key& key) const {
  const auto is_asked = [&](const auto& entry) {
    const auto& [lease, one] = entry;
    return lease > than && one.plan().kind == domain::task_kind::train && one.expects(key.client, key.round);
  };
  return std::ranges::any_of(open_, is_asked) || has_counted(key);
}

bool parts_machine::has_counted(const domain::update_key& key) const {
  return std::ranges::any_of(ended_, [&](const auto& one) { return one.counted && one.accepted.contains(key); });
}

void parts_machine::not_needed(const domain::update_key& key, domain::error reason, effects& out) const {
  out.emplace_back(send{key.client,
                        key.round,
                        domain::receipt{domain::task_kind::train, receipt_verdict::not_needed, std::move(reason)},
                        {}});
}

/// Who was late hears, once a later plan is here, that it is not in that either.
void parts_machine::release_late(effects& out) {
  for (auto& one : ended_) {
    if (one.late.empty() || !is_superseded(one.round)) {
      continue;
    }
    for (const auto& key : std::exchange(one.late, {})) {
      if (find(key.client, key.round, domain::task_kind::train) == nullptr && !has_counted(key)) {
        not_needed(key, {errc::late, "the session has moved on without it"}, out);
      }
    }
  }
}

void parts_machine::reconsider_unclaimed(effects& out) {
  unclaimed_.settle([&](const domain::update_key& key, domain::instant) {
    if (find(key.client, key.round, domain::task_kind::train) != nullptr) {
      return true; // it is asked, and offers again
    }
    const bool is_over = is_superseded(key.round);
    if (is_over) {
      not_needed(key, {errc::late, "the session has moved on without it"}, out);
    }
    return is_over;
  });
}

std::optional<domain::instant> parts_machine::unclaimed_until() const {
  const auto oldest = unclaimed_.oldest();
  if (!oldest || !uplinked_since_) {
    return std::nullopt;
  }
  return std::max(*oldest, *uplinked_since_) + 2 * limits_.collection.absence;
}

void parts_machine::give_up_unclaimed(domain::instant now, effects& out) {
  if (const auto until = unclaimed_until(); !until || now < *until) {
    return;
  }
  for (const auto& key : unclaimed_.take_until(now - 2 * limits_.collection.absence)) {
    not_needed(key, {errc::not_found, "no such round is open"}, out);
  }
}

} // namespace fedloom::combiner
