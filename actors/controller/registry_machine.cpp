#include "actors/controller/registry_machine.hpp"

#include <algorithm>

namespace fedloom::controller {

using namespace registry;
using domain::errc;

namespace {

constexpr std::string_view combiner_prefix = "combiner/";

domain::refused refusal(errc code, std::string text) {
  return {{code, std::move(text)}, domain::milliseconds{0}};
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
    out.emplace_back(store{std::move(changes), from});
  }
  entry.peer = from;
  entry.is_draining = false;
  entry.last_heard = now;
  entry.last_told = now;
  if (next_pulse_ <= now) {
    next_pulse_ = now + config_.heartbeat;
  }
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
  entry->last_told = now;
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
    for (const auto& [client, known] : clients_) {
      const bool was_here = known.seen_at == combiner || (known.online && known.record.combiner == combiner);
      if (was_here && !present.contains(client)) {
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

effects registry_machine::drains(transport::peer_id from, const std::string& identity, const domain::draining& why) {
  auto* entry = find_by_identity(identity);
  if (entry == nullptr || entry->peer != from || std::exchange(entry->is_draining, true)) {
    return {};
  }
  return {combiner_draining{entry->record.combiner, why.reason}};
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
      believe_the_other(id, out);
    }
  }
  auto signs = pulse(now);
  out.insert(out.end(), std::make_move_iterator(signs.begin()), std::make_move_iterator(signs.end()));
  return out;
}

effects registry_machine::pulse(domain::instant now) {
  if (now < next_pulse_) {
    return {};
  }
  effects out;
  for (auto& [id, entry] : combiners_) {
    if (entry.peer && now >= entry.last_told + config_.heartbeat) {
      entry.last_told = now;
      out.emplace_back(send{*entry.peer, domain::heartbeat{}});
    }
  }
  next_pulse_ = now + config_.heartbeat;
  return out;
}

std::optional<domain::instant> registry_machine::next_wake() const {
  std::optional<domain::instant> wake;
  for (const auto& [id, entry] : combiners_) {
    if (entry.peer) {
      const auto due = std::min(entry.last_heard + config_.lease, next_pulse_);
      wake = wake ? std::min(*wake, due) : due;
    }
  }
  return wake;
}

std::vector<available_client> registry_machine::available() const {
  std::vector<available_client> all;
  for (const auto& [id, entry] : clients_) {
    if (entry.online) {
      all.push_back({id, entry.record.combiner, entry.record.max_examples, entry.record.machine});
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

std::set<domain::combiner_id> registry_machine::draining() const {
  std::set<domain::combiner_id> all;
  for (const auto& [id, entry] : combiners_) {
    if (entry.peer && entry.is_draining) {
      all.insert(id);
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

void registry_machine::end_lease(combiner_entry& combiner, domain::error reason, effects& out) {
  combiner.peer.reset();
  for (const auto& client : combiner.clients) {
    auto& entry = clients_[client];
    entry.placed_until = {};
    if (entry.online) {
      entry.online = false;
      out.emplace_back(client_down{client});
    }
    believe_the_other(client, out);
  }
  combiner.clients.clear();
  out.emplace_back(combiner_down{combiner.record.combiner, std::move(reason)});
}

registry_machine::combiner_entry* registry_machine::find_by_identity(const std::string& identity) {
  if (!identity.starts_with(combiner_prefix)) {
    return nullptr;
  }
  const auto found = combiners_.find(domain::combiner_id{identity.substr(combiner_prefix.size())});
  return found == combiners_.end() ? nullptr : &found->second;
}

} // namespace fedloom::controller
