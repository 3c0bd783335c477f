#include "actors/client/kept_updates.hpp"

#include "actors/transfer/digests.hpp"

#include <algorithm>
#include <tuple>

namespace fedloom::client {

using namespace work;
using domain::errc;
using domain::receipt_verdict;

domain::offer describe(const trained_update& what, const domain::model_id& parent) {
  return {{},
          parent,
          transfer::digest_over(*what.chunk_digests),
          what.result.stream.size(),
          what.result.example_count,
          what.result.metrics};
}

effects kept_updates::attached(domain::instant now) {
  attached_ = true;
  effects out;
  for (auto& [round, one] : held_) {
    if (!one.is_spare) { // an accepted one too: the combiner may have died with the sum
      one.pause = domain::milliseconds{0};
      offer(now, round, one, out);
    }
  }
  return out;
}

effects kept_updates::keep(domain::instant now, const domain::round_key& round, domain::offer what,
                           domain::shared_bytes stream, chunk_digests digests) {
  transfer::sender_machine sender{what.transfer, std::move(stream), std::move(digests)};
  const auto at = held_.insert_or_assign(round, held_update{std::move(what), std::move(sender)}).first;
  effects out;
  make_room(out);
  offer(now, round, at->second, out);
  return out;
}

bool kept_updates::answer(domain::instant now, const domain::round_key& round, const domain::task& asked,
                          effects& out) {
  auto at = held_.find(round);
  if (at == held_.end()) {
    at = reusable_for(round, asked.model);
    if (at == held_.end()) {
      forget_spares_before(round, out);
      return false;
    }
    out.emplace_back(move_update{at->first, round});
    auto moved = held_.extract(at);
    moved.key() = round;
    at = held_.insert(std::move(moved)).position;
    at->second.is_accepted = false; // if it was, then in an attempt that has ended without it
  }
  at->second.is_spare = false;
  at->second.pause = domain::milliseconds{0};
  offer(now, round, at->second, out);
  return true;
}

effects kept_updates::received(const domain::round_key& round, const domain::receipt& what) {
  effects out;
  const auto at = held_.find(round);
  if (at == held_.end()) {
    return out;
  }
  switch (what.verdict) {
  case receipt_verdict::accepted:
    at->second.is_accepted = true;
    at->second.is_spare = false;
    break;
  case receipt_verdict::not_needed:
    set_aside(round);
    break;
  case receipt_verdict::rejected:
    if (what.reason.code == errc::out_of_range) { // the next attempt has a larger scale
      set_aside(round);
    } else {
      drop(at, out);
    }
    break;
  case receipt_verdict::counted:
    drop(at, out);
    break;
  case receipt_verdict::unspecified:
    break;
  }
  return out;
}

void kept_updates::set_aside(const domain::round_key& round) {
  if (const auto at = held_.find(round); at != held_.end()) {
    at->second.is_spare = true;
    at->second.is_accepted = false;
  }
}

effects kept_updates::tick(domain::instant now) {
  effects out;
  for (auto& [round, one] : held_) {
    if (one.waits_for_answer() && now >= one.due) {
      offer(now, round, one, out);
    }
  }
  return out;
}

std::optional<domain::instant> kept_updates::next_wake() const {
  std::optional<domain::instant> first;
  for (const auto& [round, one] : held_) {
    if (attached_ && one.waits_for_answer() && (!first || one.due < *first)) {
      first = one.due;
    }
  }
  return first;
}

std::size_t kept_updates::kept() const noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(held_, [](const auto& one) { return !one.second.is_spare; }));
}

void kept_updates::offer(domain::instant now, const domain::round_key& round, held_update& one, effects& out) {
  if (!attached_) {
    return;
  }
  const bool fits_inline = one.what.stream_bytes <= domain::inline_update_bytes;
  out.emplace_back(send{round, one.what, fits_inline ? one.sender.stream() : domain::shared_bytes{}});
  one.offer_again(now, std::clamp(2 * one.pause, limits_.first_offer_pause, limits_.longest_offer_pause));
}

/// An earlier attempt of this round has ended, or this one would not have begun: what was trained for it serves again.
kept_updates::held_updates::iterator kept_updates::reusable_for(const domain::round_key& round,
                                                                const domain::model_id& parent) {
  return std::ranges::find_if(held_, [&](const auto& one) {
    const auto& [key, update] = one;
    return key.session == round.session && key.round == round.round && key.attempt < round.attempt &&
           update.what.parent == parent;
  });
}

void kept_updates::forget_spares_before(const domain::round_key& round, effects& out) {
  for (auto at = held_.begin(); at != held_.end();) {
    const bool is_past = at->first.session == round.session && at->first < round;
    at = is_past && at->second.is_spare ? drop(at, out) : std::next(at);
  }
}

void kept_updates::make_room(effects& out) {
  const auto bytes = [this] {
    std::uint64_t sum = 0;
    for (const auto& [round, one] : held_) {
      sum += one.what.stream_bytes;
    }
    return sum;
  };
  while (held_.size() > 1 && (held_.size() > limits_.kept_updates || bytes() > limits_.kept_bytes)) {
    const auto at = std::ranges::min_element(held_, {}, [](const auto& one) {
      return std::tuple{!one.second.is_spare, one.second.what.transfer};
    });
    if (!at->second.is_spare) {
      const domain::error full{errc::storage_full, "newer updates take the room that this client has for updates"};
      out.emplace_back(report_failure{at->first, domain::task_kind::train, full});
      if (attached_ && !at->second.is_accepted) {
        out.emplace_back(send{at->first, domain::task_failed{domain::task_kind::train, full}, {}});
      }
    }
    drop(at, out);
  }
}

kept_updates::held_updates::iterator kept_updates::drop(held_updates::iterator at, effects& out) {
  out.emplace_back(drop_update{at->first});
  return held_.erase(at);
}

} // namespace fedloom::client
