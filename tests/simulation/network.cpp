#include "tests/simulation/network.hpp"

#include "tests/simulation/trace.hpp"

namespace fedloom::simulation {

namespace {

constexpr std::size_t queued_per_connection = 4096;
constexpr domain::milliseconds liveness_notice{500};

} // namespace

std::unique_ptr<port> network::attach(std::string name, std::string endpoint, transport::inbox to) {
  return std::make_unique<port>(*this, std::move(name), std::move(endpoint), std::move(to));
}

void network::cut_one(const std::string& endpoint) {
  auto* const chosen = any(endpoint);
  if (chosen == nullptr) {
    return;
  }
  auto& at = *chosen;
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
  const auto due = std::max(at.up.waiting.front().first, at.stalled_until);
  if (due > world_.now()) {
    return pump(number, true, due - world_.now());
  }
  auto* to = listener->second;
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
  const auto due = std::max(at.down.waiting.front().first, at.stalled_until);
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
  if (!endpoint_.empty()) {
    network_.listeners_[endpoint_] = this;
  }
}

port::~port() {
  trace(network_.world_.now(), name_, "dies");
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
  const auto found = peers_.find(to);
  if (found == peers_.end()) {
    return tell_gone(to, {});
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
  to_.deliver({from, identity, std::move(what)});
}

void port::tell_gone(transport::peer_id which, std::string identity) {
  network_.world_.after({}, [this, alive = std::weak_ptr(life_), which, identity = std::move(identity)] {
    if (!alive.expired()) {
      to_.notice({which, identity, transport::peer_change::gone});
    }
  });
}

void port::lose(transport::peer_id accepted) {
  auto node = peers_.extract(accepted);
  tell_gone(accepted, node ? node.mapped().identity : std::string{});
}

} // namespace fedloom::simulation
