#include "tests/simulation/network.hpp"

#include "tests/simulation/trace.hpp"

namespace fedloom::simulation {

namespace {

constexpr std::size_t queued_per_connection = 4096;
constexpr domain::milliseconds liveness_notice{500};

/// "client/c1" -> "c1": processes are named by what stands behind the kind.
std::string name_in(const std::string& identity) {
  return identity.substr(identity.find('/') + 1);
}

} // namespace

std::unique_ptr<port> network::attach(std::string name, std::string endpoint, transport::inbox to) {
  return std::make_unique<port>(*this, std::move(name), std::move(endpoint), std::move(to));
}

void network::cut_one(const std::string& endpoint) {
  if (auto* const chosen = any(endpoint)) {
    cut(*chosen);
  }
}

void network::cut(connection& at) {
  trace(world_.now(), "network",
        "cuts a connection of " + (at.dialler ? at.dialler->name_ : "nobody") + " to " + at.endpoint);
  at.up.waiting.clear();
  at.down.waiting.clear();
  if (at.dialler != nullptr && world_.chance(limits_.cut_is_noticed)) {
    at.dialler->tell_gone(at.dialled_peer, at.dialler->peers_[at.dialled_peer].identity);
  }
  if (auto* acceptor = std::exchange(at.acceptor, nullptr);
      acceptor != nullptr && world_.chance(limits_.cut_is_noticed)) {
    acceptor->lose(at.accepted_peer);
  }
}

void network::stall_one(duration pause, const std::string& endpoint) {
  if (auto* const at = any(endpoint)) {
    at->stalled_until = world_.now() + pause;
    trace(world_.now(), "network", "stalls a connection to " + at->endpoint);
  }
}

void network::part(std::set<std::string> group, duration pause) {
  for (const auto& name : group) {
    trace(world_.now(), "network", "parts " + name + " from the others");
  }
  partitions_.push_back({std::move(group), world_.now() + pause});
  world_.after(pause, [this] { heal(); });
}

void network::heal() {
  for (const auto& wall : partitions_) {
    if (wall.heals > world_.now()) {
      continue;
    }
    trace(world_.now(), "network", "is whole again");
    for (auto& [number, at] : connections_) {
      if (wall.divides(at.dialler_name, name_at_[at.endpoint]) && world_.chance(0.5)) {
        cut(at);
      }
    }
  }
  std::erase_if(partitions_, [this](const auto& wall) { return wall.heals <= world_.now(); });
}

void network::freeze(const std::string& name, duration pause) {
  if (const auto found = ports_.find(name); found != ports_.end()) {
    trace(world_.now(), name, "freezes");
    found->second->frozen_until_ = world_.now() + pause;
  }
}

domain::instant network::held_up_until(const connection& at, const port* to) const {
  auto until = std::max(at.stalled_until, to->frozen_until_);
  for (const auto& wall : partitions_) {
    if (wall.divides(at.dialler_name, name_at_.at(at.endpoint))) {
      until = std::max(until, wall.heals);
    }
  }
  return until;
}

network::connection* network::any(const std::string& endpoint) {
  std::vector<connection*> candidates;
  for (auto& [number, at] : connections_) {
    if (endpoint.empty() || at.endpoint == endpoint) {
      candidates.push_back(&at);
    }
  }
  return candidates.empty() ? nullptr : candidates[world_.pick(candidates.size())];
}

void network::put(connection_number number, pipe& into, bool upwards, domain::message what) {
  if (into.waiting.size() >= queued_per_connection) {
    return;
  }
  into.last = std::max(into.last, world_.now() + world_.pause(domain::milliseconds{0}, limits_.longest_way));
  const bool is_repeated =
      world_.now() < echoes_until_ && !std::holds_alternative<domain::credit>(what.what) && world_.chance(0.5);
  if (is_repeated) {
    into.waiting.emplace_back(into.last, what);
  }
  into.waiting.emplace_back(into.last, std::move(what));
  if (!into.pumping) {
    into.pumping = true;
    pump(number, upwards, into.last - world_.now());
  }
}

void network::pump(connection_number number, bool upwards, duration pause) {
  world_.after(pause, [this, number, upwards] {
    if (const auto found = connections_.find(number); found != connections_.end()) {
      upwards ? pumped_up(number, found->second) : pumped_down(number, found->second);
    }
  });
}

void network::pumped_up(connection_number number, connection& at) {
  if (at.up.waiting.empty()) {
    at.up.pumping = false;
    if (at.dialler == nullptr) {
      connections_.erase(number);
    }
    return;
  }
  const auto listener = listeners_.find(at.endpoint);
  if (listener == listeners_.end()) {
    if (at.dialler == nullptr) {
      connections_.erase(number);
    } else {
      pump(number, true, limits_.redial_pause);
    }
    return;
  }
  auto* to = listener->second;
  const auto due = std::max(at.up.waiting.front().first, held_up_until(at, to));
  if (due > world_.now()) {
    return pump(number, true, due - world_.now());
  }
  if (at.acceptor != to) {
    at.acceptor = to;
    at.accepted_peer = transport::peer_id{next_number_++};
    to->peers_[at.accepted_peer] = {number, false, {}, {}};
  }
  auto what = std::move(at.up.waiting.front().second);
  at.up.waiting.pop_front();
  pump(number, true, at.up.waiting.empty() ? duration{} : at.up.waiting.front().first - world_.now());
  to->take(at.accepted_peer, std::move(what));
}

void network::pumped_down(connection_number number, connection& at) {
  if (at.down.waiting.empty() || at.dialler == nullptr) {
    at.down.waiting.clear();
    at.down.pumping = false;
    return;
  }
  const auto due = std::max(at.down.waiting.front().first, held_up_until(at, at.dialler));
  if (due > world_.now()) {
    return pump(number, false, due - world_.now());
  }
  auto what = std::move(at.down.waiting.front().second);
  at.down.waiting.pop_front();
  pump(number, false, at.down.waiting.empty() ? duration{} : at.down.waiting.front().first - world_.now());
  at.dialler->take(at.dialled_peer, std::move(what));
}

void network::lose_with_process(pipe& what) {
  if (world_.chance(limits_.lost_with_process)) {
    what.waiting.clear();
  }
}

port::port(network& in, std::string name, std::string endpoint, transport::inbox to)
    : network_(in), name_(std::move(name)), endpoint_(std::move(endpoint)), to_(std::move(to)) {
  trace(network_.world_.now(), name_, "is born");
  network_.around_.happened(event::started{name_});
  network_.ports_[name_] = this;
  if (!endpoint_.empty()) {
    network_.listeners_[endpoint_] = this;
    network_.name_at_[endpoint_] = name_;
  }
}

port::~port() {
  trace(network_.world_.now(), name_, "dies");
  network_.around_.died(name_);
  network_.ports_.erase(name_);
  if (!endpoint_.empty()) {
    network_.listeners_.erase(endpoint_);
  }
  for (auto& [number, at] : network_.connections_) {
    if (at.dialler == this) {
      at.dialler = nullptr;
      network_.lose_with_process(at.up);
      network_.pump(number, true, {});
    }
    if (at.acceptor == this) {
      at.acceptor = nullptr;
      network_.lose_with_process(at.up);
      network_.lose_with_process(at.down);
    }
  }
}

transport::peer_id port::dial(const std::string& endpoint) {
  const auto number = network_.next_number_++;
  const transport::peer_id id{network_.next_number_++};
  auto& made = network_.connections_[number];
  made.dialler = this;
  made.dialler_name = name_;
  made.dialled_peer = id;
  made.endpoint = endpoint;
  peers_[id] = {number, true, {}, {}};
  return id;
}

void port::hang_up(transport::peer_id which) {
  const auto found = peers_.find(which);
  if (found == peers_.end()) {
    return;
  }
  const auto gone = found->second;
  peers_.erase(found);
  const auto at = network_.connections_.find(gone.connection);
  if (at == network_.connections_.end()) {
    return;
  }
  if (gone.is_dialled) {
    at->second.dialler = nullptr;
    network_.lose_with_process(at->second.up);
    network_.pump(gone.connection, true, {});
  } else if (at->second.accepted_peer == which) {
    at->second.acceptor = nullptr;
    network_.lose_with_process(at->second.down);
  }
}

void port::send(transport::peer_id to, domain::message what) {
  network_.around_.crashes.pass(name_);
  transmit(to, std::move(what));
  network_.around_.crashes.pass(name_);
}

void port::transmit(transport::peer_id to, domain::message what) {
  const auto found = peers_.find(to);
  if (found == peers_.end()) {
    return tell_gone(to, {});
  }
  if (is_of_interest(what.what)) {
    network_.around_.happened(event::said{name_, name_in(found->second.identity), what});
  }
  const auto number = found->second.connection;
  const auto at = network_.connections_.find(number);
  if (found->second.is_dialled) {
    return network_.put(number, at->second.up, true, std::move(what));
  }
  const bool is_here = at != network_.connections_.end() && at->second.dialler != nullptr &&
                       at->second.acceptor == this && at->second.accepted_peer == to;
  if (!is_here) {
    return lose(to);
  }
  network_.put(number, at->second.down, false, std::move(what));
}

void port::identify(transport::peer_id which, std::string identity) {
  if (const auto found = peers_.find(which); found != peers_.end()) {
    found->second.identity = std::move(identity);
  }
}

void port::take(transport::peer_id from, domain::message what) {
  auto& who = peers_[from];
  const auto identity = who.identity;
  if (network_.world_.now() >= who.noticed + liveness_notice) {
    who.noticed = network_.world_.now();
    to_.notice({from, identity, transport::peer_change::alive});
  }
  if (is_traced()) {
    trace(network_.world_.now(), name_,
          "<- " + (identity.empty() ? std::to_string(from.value()) : identity) + " " + describe(what));
  }
  if (is_of_interest(what.what)) {
    network_.around_.happened(event::heard{name_, name_in(identity), what});
  }
  to_.deliver({from, identity, std::move(what)});
}

void port::tell_gone(transport::peer_id which, std::string identity) {
  notify({which, std::move(identity), transport::peer_change::gone});
}

void port::notify(const transport::peer_notice& what) {
  const auto now = network_.world_.now();
  network_.world_.after(frozen_until_ - now, [this, alive = std::weak_ptr(life_), what] {
    if (alive.expired()) {
      return;
    }
    if (frozen_until_ > network_.world_.now()) {
      return notify(what);
    }
    to_.notice(what);
  });
}

void port::lose(transport::peer_id accepted) {
  auto node = peers_.extract(accepted);
  tell_gone(accepted, node ? node.mapped().identity : std::string{});
}

} // namespace fedloom::simulation
