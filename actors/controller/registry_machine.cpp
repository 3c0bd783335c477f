#include "actors/controller/registry_machine.hpp"

#include <algorithm>

namespace fedloom::controller {

using namespace registry;
using domain::errc;

namespace {

constexpr std::string_view combiner_prefix = "combiner/";
/// Somebody who has to wait for a combiner to come is asked to come back after so long.
constexpr domain::milliseconds come_back{500};

domain::refused refusal(errc code, std::string text, domain::milliseconds retry_after = {}) {
  return {{code, std::move(text)}, retry_after};
}

} // namespace

registry_machine::registry_machine(registry_config config, domain::gate& policy, token_source tokens)
    : config_(config), policy_(policy), tokens_(std::move(tokens)) {}

void registry_machine::restore(const std::vector<domain::combiner_record>& combiners,
                               const std::vector<domain::client_record>& clients) {
  for (const auto& record : combiners) {
    combiners_[record.combiner].record = record;
  }
  for (const auto& record : clients) {
    clients_[record.client].record = record;
  }
}

effects registry_machine::greeted(domain::instant now, domain::timestamp date, transport::peer_id from,
                                  const domain::combiner_hello& hello) {
  if (!combiners_.contains(hello.combiner) && combiners_.size() >= config_.max_combiners) {
    const auto refused = refusal(errc::busy, "the controller has its most combiners");
    return {send{from, refused}, turned_away{hello.combiner.value(), refused.reason}};
  }
  effects out;
  auto& entry = combiners_[hello.combiner];
  if (entry.peer && *entry.peer != from) {
    // The newest connection wins: a restarted combiner must not wait for its own old lease to end.
    out.emplace_back(hang_up{*entry.peer});
    end_lease(entry, {errc::combiner_lost, "it has come back over a new connection"}, out);
  }
  const domain::combiner_record record{hello.combiner, hello.endpoint, hello.max_clients, date};
  const bool changed = entry.record.combiner != record.combiner || entry.record.endpoint != record.endpoint ||
                       entry.record.max_clients != record.max_clients;
  if (changed) {
    entry.record = record;
    storage::batch changes;
    changes.combiners.push_back(record);
    out.emplace_back(store{std::move(changes)});
  }
  entry.peer = from;
  entry.last_heard = now;
  out.emplace_back(identify{from, std::string(combiner_prefix) + hello.combiner.value()});
  out.emplace_back(send{from, domain::combiner_welcome{config_.heartbeat, config_.lease}});
  out.emplace_back(combiner_up{hello.combiner, from});
  return out;
}

effects registry_machine::beat(domain::instant now, transport::peer_id from, const std::string& identity,
                               const domain::heartbeat& beat) {
  auto* entry = find_by_identity(identity);
  if (entry == nullptr || entry->peer != from) {
    return {send{from, refusal(errc::unknown_peer, "say hello first")}};
  }
  entry->last_heard = now;
  return {send{from, beat}};
}

void registry_machine::heard(domain::instant now, const std::string& identity) {
  if (auto* entry = find_by_identity(identity)) {
    entry->last_heard = now;
  }
}

effects registry_machine::roster(domain::instant now, const std::string& identity, const domain::roster_changed& what) {
  effects out;
  auto* entry = find_by_identity(identity);
  if (entry == nullptr || !entry->peer) {
    return out;
  }
  entry->last_heard = now;
  const auto& combiner = entry->record.combiner;
  if (what.whole) {
    const std::set<domain::client_id> present(what.present.begin(), what.present.end());
    for (const auto& client : std::set<domain::client_id>(entry->clients)) {
      if (!present.contains(client) && clients_[client].online) {
        set_offline(client, combiner, out);
      }
    }
  }
  for (const auto& client : what.gone) {
    set_offline(client, combiner, out);
  }
  for (const auto& client : what.present) {
    set_online(client, combiner, out);
  }
  return out;
}

effects registry_machine::said_goodbye(transport::peer_id from, const std::string& identity,
                                       const domain::goodbye& why) {
  effects out;
  if (auto* entry = find_by_identity(identity);
      entry != nullptr && entry->peer == from) { // not over its former connection
    out.emplace_back(hang_up{*entry->peer});
    end_lease(*entry, {errc::combiner_lost, "it left: " + why.reason}, out);
  }
  return out;
}

effects registry_machine::join(domain::instant now, domain::timestamp date, transport::peer_id from,
                               const domain::join& asked) {
  if (const auto reason = why_refused(now, asked); reason.code != errc::none) {
    const bool may_change = reason.code != errc::denied && reason.code != errc::bad_weight;
    return {send{from, domain::refused{reason, may_change ? come_back : domain::milliseconds{0}}},
            turned_away{asked.client.value(), reason}};
  }
  auto* combiner = choose(asked);
  if (combiner == nullptr) {
    const auto refused = refusal(errc::unavailable, "no combiner has room at the moment", come_back);
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
  const bool is_same = asked.resume == entry.record.resume && asked.resume != domain::token{};
  const domain::client_record record{asked.client,
                                     asked.name,
                                     combiner->record.combiner,
                                     asked.preferred_combiner,
                                     is_same ? asked.resume : tokens_(),
                                     asked.max_examples,
                                     date};
  entry.record = record;
  entry.placed_until = now + config_.ticket_valid;
  combiner->clients.insert(asked.client);
  const auto ticket = tokens_();
  storage::batch changes;
  changes.clients.push_back(record);
  out.emplace_back(store{std::move(changes)});
  out.emplace_back(
      send{*combiner->peer, domain::expect_client{asked.client, ticket, asked.max_examples, config_.ticket_valid}});
  out.emplace_back(
      send{from, domain::placement{combiner->record.combiner, combiner->record.endpoint, ticket, record.resume}});
  return out;
}

effects registry_machine::gone(transport::peer_id peer, const std::string& identity) {
  effects out;
  if (auto* entry = find_by_identity(identity); entry != nullptr && entry->peer == peer) {
    end_lease(*entry, {errc::combiner_lost, "the connection broke"}, out);
  }
  return out;
}

effects registry_machine::tick(domain::instant now) {
  effects out;
  for (auto& [id, entry] : combiners_) {
    if (entry.peer && now >= entry.last_heard + config_.lease) {
      out.emplace_back(hang_up{*entry.peer});
      end_lease(entry, {errc::combiner_lost, "nothing was heard for the length of a lease"}, out);
    }
  }
  for (auto& [id, entry] : clients_) {
    if (!entry.online && entry.placed_until != domain::instant{} && now >= entry.placed_until) {
      entry.placed_until = {}; // placed, but it never came: its place is free again
      leave_combiner(id, entry);
    }
  }
  return out;
}

std::optional<domain::instant> registry_machine::next_wake() const {
  std::optional<domain::instant> wake;
  for (const auto& [id, entry] : combiners_) {
    if (entry.peer) {
      const auto end = entry.last_heard + config_.lease;
      wake = wake ? std::min(*wake, end) : end;
    }
  }
  return wake;
}

std::vector<available_client> registry_machine::available() const {
  std::vector<available_client> all;
  for (const auto& [id, entry] : clients_) {
    if (entry.online) {
      all.push_back({id, entry.record.combiner, entry.record.max_examples});
    }
  }
  return all;
}

std::map<domain::combiner_id, transport::peer_id> registry_machine::living() const {
  std::map<domain::combiner_id, transport::peer_id> all;
  for (const auto& [id, entry] : combiners_) {
    if (entry.peer) {
      all.emplace(id, *entry.peer);
    }
  }
  return all;
}

std::vector<registry_machine::client_view> registry_machine::clients() const {
  std::vector<client_view> all;
  for (const auto& [id, entry] : clients_) {
    all.push_back({entry.record, entry.online});
  }
  return all;
}

std::vector<registry_machine::combiner_view> registry_machine::combiners() const {
  std::vector<combiner_view> all;
  for (const auto& [id, entry] : combiners_) {
    all.push_back({entry.record, entry.peer.has_value(), entry.clients.size()});
  }
  return all;
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
    return entry.peer && others(entry) < entry.record.max_clients;
  };
  const auto is_lost = [&](const combiner_entry& entry) { return entry.record.combiner == asked.lost_combiner; };
  if (const auto preferred = combiners_.find(asked.preferred_combiner);
      preferred != combiners_.end() && has_room(preferred->second) && !is_lost(preferred->second)) {
    return &preferred->second;
  }
  combiner_entry* best = nullptr;
  const auto is_better = [&](const combiner_entry& one) {
    return best == nullptr || std::pair{is_lost(one), others(one)} < std::pair{is_lost(*best), others(*best)};
  };
  for (auto& [id, entry] : combiners_) {
    if (has_room(entry) && is_better(entry)) {
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

void registry_machine::end_lease(combiner_entry& combiner, domain::error reason, effects& out) {
  combiner.peer.reset();
  for (const auto& client : combiner.clients) {
    auto& entry = clients_[client];
    entry.placed_until = {};
    if (entry.online) {
      entry.online = false;
      out.emplace_back(client_down{client});
    }
  }
  combiner.clients.clear();
  out.emplace_back(combiner_down{combiner.record.combiner, std::move(reason)});
}

void registry_machine::set_online(const domain::client_id& client, const domain::combiner_id& at, effects& out) {
  const auto found = clients_.find(client);
  if (found == clients_.end() || found->second.record.combiner != at) {
    return; // it was placed elsewhere since: that combiner speaks for it
  }
  auto& entry = found->second;
  combiners_[at].clients.insert(client);
  entry.online = true;
  out.emplace_back(client_up{{client, at, entry.record.max_examples}});
}

void registry_machine::set_offline(const domain::client_id& client, const domain::combiner_id& at, effects& out) {
  const auto found = clients_.find(client);
  if (found == clients_.end() || found->second.record.combiner != at) {
    return;
  }
  combiners_[at].clients.erase(client);
  auto& entry = found->second;
  entry.placed_until = {};
  if (entry.online) {
    entry.online = false;
    out.emplace_back(client_down{client});
  }
}

registry_machine::combiner_entry* registry_machine::find_by_identity(const std::string& identity) {
  if (!identity.starts_with(combiner_prefix)) {
    return nullptr;
  }
  const auto found = combiners_.find(domain::combiner_id{identity.substr(combiner_prefix.size())});
  return found == combiners_.end() ? nullptr : &found->second;
}

} // namespace fedloom::controller
