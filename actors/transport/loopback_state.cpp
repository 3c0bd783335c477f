#include "actors/transport/loopback_state.hpp"

#include "actors/transport/send_queue.hpp"

#include <algorithm>
#include <utility>

namespace fedloom::transport {

loopback_state::node_ptr loopback_state::enter(const gateway* self, const std::string& bind, inbox to,
                                               const gateway_limits& limits) {
  const std::lock_guard lock{mutex_};
  auto entered = std::make_shared<node>();
  entered->self = self;
  entered->bind = bind;
  entered->to = std::move(to);
  entered->limits = limits;
  nodes_.push_back(entered);
  return entered;
}

void loopback_state::leave(const node_ptr& who) {
  const std::lock_guard lock{mutex_};
  std::erase(nodes_, who);
  std::erase_if(under_way_, [&](const transit& each) {
    const auto* notice = std::get_if<own_notice>(&each);
    return notice != nullptr && notice->to == who;
  });
  while (!who->ends.empty()) {
    const auto [peer, last] = *who->ends.begin();
    if (!last.dialled) {
      drop_under_way(last.link, to_listener); // it lay in the buffers of who died
    }
    forget(who, peer);
  }
}

bool loopback_state::bound(const std::string& endpoint) const {
  const std::lock_guard lock{mutex_};
  return listener_at(endpoint) != nullptr;
}

peer_id loopback_state::dial(const node_ptr& who, const std::string& endpoint) {
  const std::lock_guard lock{mutex_};
  const peer_id peer{++who->last_peer};
  if (endpoint.find("://") == std::string::npos) {
    under_way_.push_back(own_notice{who, {peer, {}, peer_change::gone}});
    return peer;
  }
  who->ends[peer] = end{add_link({who, peer, endpoint, nullptr, {}, false, {}}), true, {}, {}};
  return peer;
}

void loopback_state::hang_up(const node_ptr& who, peer_id peer) {
  const std::lock_guard lock{mutex_};
  forget(who, peer);
}

void loopback_state::identify(const node_ptr& who, peer_id peer, std::string identity) {
  const std::lock_guard lock{mutex_};
  if (const auto found = who->ends.find(peer); found != who->ends.end()) {
    found->second.identity = std::move(identity);
  }
}

void loopback_state::send(const node_ptr& who, peer_id to, codec::wire_message what) {
  const std::lock_guard lock{mutex_};
  const auto found = who->ends.find(to);
  if (found == who->ends.end()) {
    lose(who, to);
    return;
  }
  const auto index = found->second.link;
  const auto towards = found->second.dialled ? to_listener : to_dialler;
  auto& on = links_[index];
  auto& waiting = on.under_way[towards];
  const auto bytes = bytes_of(what);
  const bool room = waiting.messages == 0 || (waiting.messages < who->limits.queued_messages_per_peer &&
                                              waiting.bytes + bytes <= who->limits.queued_bytes_per_peer);
  if (!room || (on.closed && towards == to_dialler)) {
    lose(who, to);
    return;
  }
  ++waiting.messages;
  waiting.bytes += bytes;
  counter_cells::add(who->counters.frames_out);
  counter_cells::add(who->counters.bytes_out, bytes);
  under_way_.push_back(parcel{index, towards, who->self, std::move(what)});
}

void loopback_state::cut(const gateway& owner, peer_id peer) {
  const std::lock_guard lock{mutex_};
  for (const auto& who : nodes_) {
    const auto found = who->self == &owner ? who->ends.find(peer) : who->ends.end();
    if (found == who->ends.end()) {
      continue;
    }
    auto& on = links_[found->second.link];
    drop_under_way(found->second.link, to_listener);
    drop_under_way(found->second.link, to_dialler);
    if (on.listener != nullptr) {
      // The listening side learns of it when it sends: its end now leads to a connection that is over.
      on.listener->ends[on.at_listener].link =
          add_link({nullptr, {}, on.endpoint, on.listener, on.at_listener, true, {}});
    }
    on.listener = nullptr;
    on.at_listener = {};
    return;
  }
}

void loopback_state::set_held(const gateway& reader, bool held) {
  const std::lock_guard lock{mutex_};
  for (const auto& each : nodes_) {
    each->held = each->self == &reader ? held : each->held;
  }
}

void loopback_state::inject(const std::string& endpoint, std::vector<domain::shared_bytes> parts) {
  const std::lock_guard lock{mutex_};
  under_way_.push_back(stray{endpoint, std::move(parts)});
}

void loopback_state::set_time(domain::instant now) {
  const std::lock_guard lock{mutex_};
  now_ = now;
}

void loopback_state::lose_if(std::function<bool(const loopback_net::passage&)> decides) {
  const std::lock_guard lock{mutex_};
  lose_if_ = std::move(decides);
}

loopback_state::node_ptr loopback_state::listener_at(const std::string& endpoint) const {
  const auto found = std::ranges::find(nodes_, endpoint, &node::bind);
  return found == nodes_.end() || endpoint.empty() ? nullptr : *found;
}

std::size_t loopback_state::add_link(connection added) {
  links_.push_back(std::move(added));
  return links_.size() - 1;
}

/// Takes one side's end away.
void loopback_state::forget(const node_ptr& who, peer_id peer) {
  const auto found = who->ends.find(peer);
  if (found == who->ends.end()) {
    return;
  }
  auto& on = links_[found->second.link];
  if (found->second.dialled) {
    on.closed = true;
    drop_under_way(found->second.link, to_dialler);
  } else {
    on.listener = nullptr;
    on.at_listener = {};
  }
  who->ends.erase(found);
}

/// A message to `peer` could not be queued.
void loopback_state::lose(const node_ptr& who, peer_id peer) {
  std::uint64_t dropped = 1;
  std::string identity;
  if (const auto found = who->ends.find(peer); found != who->ends.end()) {
    identity = found->second.identity;
    const bool dialled = found->second.dialled;
    dropped += drop_under_way(found->second.link, dialled ? to_listener : to_dialler);
    if (!dialled) {
      forget(who, peer);
    }
  }
  counter_cells::add(who->counters.sends_dropped, dropped);
  under_way_.push_back(own_notice{who, {peer, identity, peer_change::gone}});
}

std::size_t loopback_state::drop_under_way(std::size_t index, direction towards) {
  links_[index].under_way[towards] = {};
  return std::erase_if(under_way_, [&](const transit& each) {
    const auto* sent = std::get_if<parcel>(&each);
    return sent != nullptr && sent->link == index && sent->towards == towards;
  });
}

} // namespace fedloom::transport
