// What clients keep, and what they are told about it.
#include "tests/simulation/history_checker.hpp"

#include <algorithm>

namespace fedloom::simulation {

/// An update may go when nobody needs it any more; until then it may at most serve another attempt of its round.
void history_checker::on(const event::holds& what) {
  const domain::client_id client{what.who};
  auto& held = held_[what.who];
  for (const auto& [round, content] : held) {
    if (what.what.contains(round) || !owed_.contains({round, client})) {
      continue;
    }
    const auto serves = [&, &round = round, &content = content](const auto& one) {
      return one.first.session == round.session && one.first.round == round.round && one.second == content;
    };
    if (std::ranges::none_of(what.what, serves)) {
      violated(round, "I-5: " + what.who + " has lost its update, which was accepted");
    }
    owed_.erase({round, client}); // under its former key
  }
  held = what.what;
}

void history_checker::said(const event::said& by, const domain::offer& what) {
  const auto& round = by.what.head.round;
  const auto& held = held_[by.who];
  const auto at = held.find(round);
  if (at == held.end() || at->second != what.content) {
    violated(round, "I-5: " + by.who + " offers an update that is not in its store");
  }
}

void history_checker::heard_by_client(const event::heard& by, const domain::receipt& what) {
  const domain::update_key update{by.what.head.round, domain::client_id{by.who}};
  if (what.verdict == domain::receipt_verdict::accepted) {
    owed_.insert(update);
  } else {
    owed_.erase(update);
  }
  if (what.verdict != domain::receipt_verdict::counted) {
    return;
  }
  ++seen_.counted;
  if (!counted_.contains(update)) {
    violated(update.round, "I-1: " + by.who + " was told that its update counted, but it is in no committed round");
  }
}

} // namespace fedloom::simulation
