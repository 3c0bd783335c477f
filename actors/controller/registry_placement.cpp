// Who may join, and at which combiner a client is placed.
#include "actors/controller/registry_machine.hpp"

#include <tuple>

namespace fedloom::controller {

using namespace registry;
using domain::errc;

namespace {

/// Somebody who has to wait for a combiner to come is asked to come back after so long.
constexpr domain::milliseconds come_back{500};
constexpr domain::milliseconds come_back_to_a_full_disk{2000};

} // namespace

effects registry_machine::join(domain::instant now, domain::timestamp date, transport::peer_id from,
                               const domain::join& asked) {
  if (const auto reason = why_refused(now, asked); reason.code != errc::none) {
    const bool may_change = reason.code != errc::denied && reason.code != errc::bad_weight;
    return {send{from, domain::refused{reason, may_change ? come_back : domain::milliseconds{0}}},
            turned_away{asked.client.value(), reason}};
  }
  auto* combiner = choose(asked);
  if (combiner == nullptr) {
    const domain::refused refused{{errc::unavailable, "no combiner has room at the moment"}, come_back};
    return {send{from, refused}, turned_away{asked.client.value(), refused.reason}};
  }
  effects out;
  auto& entry = clients_[asked.client];
  if (!entry.record.combiner.value().empty()) {
    leave_combiner(asked.client, entry);
    if (entry.online) {
      entry.online = false;
      out.emplace_back(client_down{asked.client});
    }
  }
  // Its own token, that it may ask again when it did not hear the answer.
  const bool has_token = asked.resume != domain::token{};
  const domain::client_record record{asked.client,
                                     asked.name,
                                     combiner->record.combiner,
                                     asked.preferred_combiner,
                                     has_token ? asked.resume : tokens_(),
                                     asked.max_examples,
                                     date,
                                     asked.machine};
  entry.record = record;
  entry.placed_until = now + config_.ticket_valid;
  combiner->clients.insert(asked.client);
  const auto ticket = tokens_();
  storage::batch changes;
  changes.clients.push_back(record);
  out.emplace_back(store{std::move(changes), from});
  out.emplace_back(
      send{*combiner->peer, domain::expect_client{asked.client, ticket, asked.max_examples, config_.ticket_valid}});
  out.emplace_back(send{
      from, domain::placement{combiner->record.combiner, combiner->record.endpoint, ticket, record.resume, package_}});
  return out;
}

effects registry_machine::not_stored(const store& what, const domain::error& reason) {
  effects out;
  const domain::refused answer{reason, come_back_to_a_full_disk};
  for (const auto& record : what.changes.combiners) {
    auto& entry = combiners_[record.combiner];
    entry.peer.reset(); // nobody was told that it is up
    entry.record = {};  // or its next hello would change nothing, and not be stored
    out.emplace_back(send{what.asked_by, answer});
    out.emplace_back(turned_away{record.combiner.value(), reason});
  }
  for (const auto& record : what.changes.clients) {
    auto& entry = clients_[record.client];
    entry.placed_until = {};
    leave_combiner(record.client, entry);
    out.emplace_back(send{what.asked_by, answer});
    out.emplace_back(turned_away{record.client.value(), reason});
  }
  return out;
}

domain::error registry_machine::why_refused(domain::instant now, const domain::join& asked) const {
  if (asked.max_examples < 1 || asked.max_examples > config_.max_examples) {
    return {errc::bad_weight, "max_examples " + std::to_string(asked.max_examples) + " is not within 1 and " +
                                  std::to_string(config_.max_examples)};
  }
  const auto known = clients_.find(asked.client);
  if (known == clients_.end()) {
    if (clients_.size() >= config_.max_clients) {
      return {errc::busy, "the controller has its most clients"};
    }
  } else if (asked.resume != known->second.record.resume) {
    const bool lives = known->second.online || now < known->second.placed_until;
    if (lives) {
      return {errc::client_id_taken, "a client with id " + asked.client.value() +
                                         " is connected; choose another id, or wait until its lease has ended"};
    }
  }
  const auto ruling = policy_.decide(domain::gate_kind::client_join, {{"client", asked.client.value(), true}});
  if (ruling.answer != domain::ruling::allow) {
    return {errc::denied, ruling.reason};
  }
  return {};
}

registry_machine::combiner_entry* registry_machine::choose(const domain::join& asked) {
  // Who comes back gives up the place it had: it must not be in its own way.
  const auto others = [&](const combiner_entry& entry) {
    return entry.clients.size() - entry.clients.count(asked.client);
  };
  const auto has_room = [&](const combiner_entry& entry) {
    return entry.peer && !entry.is_draining && others(entry) < entry.record.max_clients;
  };
  const auto is_lost = [&](const combiner_entry& entry) { return entry.record.combiner == asked.lost_combiner; };
  if (const auto preferred = combiners_.find(asked.preferred_combiner);
      preferred != combiners_.end() && has_room(preferred->second) && !is_lost(preferred->second)) {
    return &preferred->second;
  }
  // Its round may still wait for it where it was.
  const auto known = clients_.find(asked.client);
  const auto was_here = [&](const combiner_entry& entry) {
    return known != clients_.end() && known->second.record.combiner == entry.record.combiner;
  };
  const auto rank = [&](const combiner_entry& one) {
    return std::tuple{is_lost(one), others(one) * (was_here(one) ? 1 : 2), !was_here(one)};
  };
  combiner_entry* best = nullptr;
  for (auto& [id, entry] : combiners_) {
    if (has_room(entry) && (best == nullptr || rank(entry) < rank(*best))) {
      best = &entry;
    }
  }
  return best;
}

void registry_machine::leave_combiner(const domain::client_id& client, const client_entry& entry) {
  if (const auto at = combiners_.find(entry.record.combiner); at != combiners_.end()) {
    at->second.clients.erase(client);
  }
}

void registry_machine::set_online(const domain::client_id& client, const domain::combiner_id& at, effects& out) {
  const auto found = clients_.find(client);
  if (found == clients_.end()) {
    return;
  }
  auto& entry = found->second;
  entry.seen_at = at;
  const bool has_other_place = entry.online || entry.placed_until != domain::instant{};
  if (entry.record.combiner != at && has_other_place) {
    return; // it was placed elsewhere since: that combiner speaks for it
  }
  entry.record.combiner = at;
  combiners_[at].clients.insert(client);
  entry.online = true;
  out.emplace_back(client_up{{client, at, entry.record.max_examples, entry.record.machine}});
}

void registry_machine::set_offline(const domain::client_id& client, const domain::combiner_id& at, effects& out) {
  const auto found = clients_.find(client);
  if (found == clients_.end()) {
    return;
  }
  auto& entry = found->second;
  if (entry.seen_at == at) {
    entry.seen_at.reset();
  }
  if (entry.record.combiner != at) {
    return;
  }
  combiners_[at].clients.erase(client);
  entry.placed_until = {};
  if (entry.online) {
    entry.online = false;
    out.emplace_back(client_down{client});
  }
  believe_the_other(client, out);
}

/// It may have a place already, when what it had asked over a connection that it gave up was late.
void registry_machine::believe_the_other(const domain::client_id& client, effects& out) {
  if (const auto at = clients_[client].seen_at; at && combiners_[*at].peer) {
    set_online(client, *at, out);
  }
}

} // namespace fedloom::controller
