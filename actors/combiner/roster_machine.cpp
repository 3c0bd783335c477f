#include "actors/combiner/roster_machine.hpp"

#include "actors/combiner/identity.hpp"

namespace fedloom::combiner {

using namespace roster;

namespace {

/// Who comes before the controller has met this combiner is asked to come back after so long.
constexpr domain::milliseconds come_back{100};

} // namespace

effects roster_machine::expect(domain::instant now, const domain::expect_client& who) {
  const auto known = entries_.find(who.client);
  if (known == entries_.end() && entries_.size() >= 2 * std::size_t{config_.max_clients}) {
    return {turned_away{who.client, {domain::errc::busy, "too many clients are expected already"}}};
  }
  auto& one = entries_[who.client];
  one.ticket = who.ticket;
  one.max_examples = who.max_examples;
  one.placed_anew = true;
  one.ticket_until = now + who.valid;
  if (!sweep_armed_) {
    sweep_armed_ = true;
    next_sweep_ = now + config_.lease;
  }
  return {};
}

effects roster_machine::greeted(domain::instant now, transport::peer_id from, const domain::client_hello& hello) {
  const auto at = entries_.find(hello.client);
  const bool is_expected = !is_leaving_ && at != entries_.end() && at->second.ticket == hello.ticket &&
                           (at->second.peer || now < end_of(at->second));
  if (!is_expected && !has_met_controller_) {
    // Began anew, and so did its roster. The controller would place it elsewhere, and its task here would be lost.
    const domain::refused refused{{domain::errc::unavailable, "the controller has not been met yet"}, come_back};
    return {send{from, refused}, turned_away{hello.client, refused.reason}};
  }
  if (!is_expected) {
    return turn_away(from, hello.client, {domain::errc::bad_ticket, "join at the controller for a new ticket"});
  }
  auto& one = at->second;
  if (!one.peer && members_ >= config_.max_clients) {
    return turn_away(from, hello.client, {domain::errc::busy, "this combiner has its most clients; join again"});
  }
  effects out;
  if (one.peer && *one.peer != from) {
    out.emplace_back(hang_up{*one.peer}); // its former connection: the ticket proves that it is the same client
  }
  const bool is_new = !one.peer;
  one.peer = from;
  one.last_heard = now;
  one.last_told = now;
  members_ += is_new ? 1 : 0;
  if (next_pulse_ <= now) {
    next_pulse_ = now + config_.heartbeat;
  }
  out.emplace_back(identify{from, identity_of(hello.client)});
  out.emplace_back(send{from, domain::client_welcome{config_.heartbeat, config_.lease}});
  out.emplace_back(client_came{{hello.client, from, one.max_examples}});
  if (std::exchange(one.placed_anew, false) || is_new) {
    unreported_.present.push_back(hello.client);
    auto told = report_changes();
    out.insert(out.end(), told.begin(), told.end());
  }
  return out;
}

effects roster_machine::beat(domain::instant now, transport::peer_id from, const std::string& identity,
                             const domain::heartbeat& beat) {
  const auto at = find_member(identity);
  if (at == entries_.end() || at->second.peer != from) {
    return {send{from, domain::refused{{domain::errc::unknown_peer, "say hello first"}, {}}}};
  }
  at->second.last_heard = now;
  at->second.last_told = now;
  return {send{from, beat}};
}

void roster_machine::heard(domain::instant now, const std::string& identity) {
  if (const auto at = find_member(identity); at != entries_.end()) {
    at->second.last_heard = now;
  }
}

effects roster_machine::said_goodbye(transport::peer_id from, const std::string& identity, const domain::goodbye& why) {
  effects out;
  if (const auto at = find_member(identity); at != entries_.end() && at->second.peer == from) {
    out.emplace_back(hang_up{from});
    leave(at, {domain::errc::client_lost, "the client left: " + why.reason}, out);
  }
  auto told = report_changes();
  out.insert(out.end(), told.begin(), told.end());
  return out;
}

effects roster_machine::gone(transport::peer_id peer, const std::string& identity) {
  effects out;
  if (const auto at = find_member(identity); at != entries_.end() && at->second.peer == peer) {
    leave(at, {domain::errc::client_lost, "the connection broke"}, out);
  }
  auto told = report_changes();
  out.insert(out.end(), told.begin(), told.end());
  return out;
}

effects roster_machine::uplinked() {
  has_met_controller_ = true;
  domain::roster_changed all{true, {}, {}};
  for (const auto& [client, one] : entries_) {
    if (one.peer) {
      all.present.push_back(client);
    }
  }
  unreported_ = {};
  return {report{std::move(all)}};
}

effects roster_machine::tick(domain::instant now) {
  auto out = sweep(now);
  auto signs = pulse(now);
  out.insert(out.end(), signs.begin(), signs.end());
  return out;
}

effects roster_machine::sweep(domain::instant now) {
  if (!sweep_armed_ || now < next_sweep_) {
    return {};
  }
  effects out;
  auto earliest = now + config_.lease;
  for (auto at = entries_.begin(); at != entries_.end();) {
    auto& one = at->second;
    const auto end = end_of(one);
    if (now < end) {
      earliest = std::min(earliest, end);
      ++at;
      continue;
    }
    if (one.peer) {
      out.emplace_back(hang_up{*one.peer});
      leave(at, {domain::errc::client_lost, "nothing was heard for the length of a lease"}, out);
    }
    at = entries_.erase(at);
  }
  next_sweep_ = earliest;
  sweep_armed_ = !entries_.empty();
  auto told = report_changes();
  out.insert(out.end(), told.begin(), told.end());
  return out;
}

effects roster_machine::pulse(domain::instant now) {
  if (members_ == 0 || now < next_pulse_) {
    return {};
  }
  effects out;
  for (auto& [client, one] : entries_) {
    if (one.peer && now >= one.last_told + config_.heartbeat) {
      one.last_told = now;
      out.emplace_back(send{*one.peer, domain::heartbeat{}});
    }
  }
  next_pulse_ = now + config_.heartbeat;
  return out;
}

effects roster_machine::leave() {
  is_leaving_ = true;
  effects out;
  for (auto at = entries_.begin(); at != entries_.end(); ++at) {
    if (const auto peer = at->second.peer) {
      out.emplace_back(send{*peer, domain::goodbye{"the combiner is shutting down"}});
      leave(at, {domain::errc::client_lost, "the combiner is shutting down"}, out); // or they would be reported as here
    }
  }
  auto told = report_changes();
  out.insert(out.end(), told.begin(), told.end());
  return out;
}

std::optional<domain::instant> roster_machine::next_wake() const {
  if (!sweep_armed_) {
    return std::nullopt;
  }
  return members_ == 0 ? next_sweep_ : std::min(next_sweep_, next_pulse_);
}

std::vector<member> roster_machine::members() const {
  std::vector<member> all;
  for (const auto& [client, one] : entries_) {
    if (one.peer) {
      all.push_back({client, *one.peer, one.max_examples});
    }
  }
  return all;
}

domain::instant roster_machine::end_of(const entry& one) const {
  // A ticket that was used serves for a lease more: its holder's connection may have broken.
  const auto lease_end = one.last_heard + config_.lease;
  return one.peer ? lease_end : std::max(one.ticket_until, lease_end);
}

std::map<domain::client_id, roster_machine::entry>::iterator roster_machine::find_member(const std::string& identity) {
  const auto client = client_of(identity);
  return client ? entries_.find(*client) : entries_.end();
}

effects roster_machine::turn_away(transport::peer_id from, const domain::client_id& who, domain::error reason) {
  return {send{from, domain::refused{reason, {}}}, turned_away{who, reason}};
}

void roster_machine::leave(std::map<domain::client_id, entry>::iterator at, domain::error reason, effects& out) {
  at->second.peer.reset();
  --members_;
  unreported_.gone.push_back(at->first);
  out.emplace_back(client_left{at->first, std::move(reason)});
}

effects roster_machine::report_changes() {
  if (unreported_.present.empty() && unreported_.gone.empty()) {
    return {};
  }
  return {report{std::exchange(unreported_, {})}};
}

} // namespace fedloom::combiner
