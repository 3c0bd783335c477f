#include "actors/transport/peer_table.hpp"

#include <utility>

namespace fedloom::transport {

peer& peer_table::add(peer_id id) {
  auto& added = peers_[id];
  added.id = id;
  return added;
}

peer& peer_table::add_accepted(peer_id id, std::string_view route) {
  auto& added = add(id);
  added.route = route;
  by_route_[added.route] = &added;
  ring_.push_back(id);
  return added;
}

peer& peer_table::add_dialled(peer_id id, zmq_socket socket) {
  auto& added = add(id);
  added.dialled.emplace(std::move(socket));
  return added;
}

peer* peer_table::find(peer_id id) {
  const auto found = peers_.find(id);
  return found == peers_.end() ? nullptr : &found->second;
}

peer* peer_table::find_route(std::string_view route) {
  const auto found = by_route_.find(route);
  return found == by_route_.end() ? nullptr : found->second;
}

void peer_table::erase(peer_id id) {
  const auto found = peers_.find(id);
  if (found == peers_.end()) {
    return;
  }
  if (!found->second.dialled) {
    by_route_.erase(found->second.route);
  }
  peers_.erase(found);
}

void peer_table::each(const std::function<void(peer&)>& look) {
  for (auto& [id, one] : peers_) {
    look(one);
  }
}

peer* peer_table::next_accepted() {
  while (!ring_.empty()) {
    const auto id = ring_.front();
    ring_.pop_front();
    if (auto* found = find(id)) {
      ring_.push_back(id);
      return found;
    }
  }
  return nullptr;
}

} // namespace fedloom::transport
