#include "actors/transport/loopback_state.hpp"
#include "actors/transport/send_queue.hpp"

#include <algorithm>
#include <utility>

namespace fedloom::transport {

bool loopback_state::deliver_one() {
  delivery next;
  std::function<bool(const loopback_net::passage&)> lost;
  {
    const std::lock_guard lock{mutex_};
    const auto ready = std::ranges::find_if(under_way_, [&](const auto& each) { return receiver_of(each) != nullptr; });
    if (ready == under_way_.end()) {
      return false;
    }
    next.to = receiver_of(*ready);
    auto what = std::move(*ready);
    under_way_.erase(ready);
    std::visit([&](auto& each) { open(std::move(each), next); }, what);
    lost = lose_if_;
  }
  const auto& to = next.to->to;
  if (next.message && lost && lost({next.from, next.to->self, next.message->what})) {
    return true;
  }
  for (auto& each : next.notices) {
    to.notice(std::move(each));
  }
  if (next.message) {
    to.deliver(std::move(*next.message));
  }
  return true;
}

/// Who would get this now; nobody: it has to wait.
loopback_state::node_ptr loopback_state::receiver_of(const transit& what) const {
  if (const auto* notice = std::get_if<own_notice>(&what)) {
    return notice->to;
  }
  node_ptr to;
  if (const auto* strange = std::get_if<stray>(&what)) {
    to = listener_at(strange->endpoint);
  } else {
    const auto& sent = std::get<parcel>(what);
    const auto& on = links_[sent.link];
    to = sent.towards == to_listener ? listener_at(on.endpoint) : on.dialler;
  }
  return to == nullptr || to->held ? nullptr : to;
}

void loopback_state::open(own_notice what, delivery& next) {
  next.notices.push_back(std::move(what.what));
}

void loopback_state::open(parcel what, delivery& next) {
  const auto bytes = bytes_of(what.what);
  auto& waiting = links_[what.link].under_way[what.towards];
  --waiting.messages;
  waiting.bytes -= bytes;
  next.from = what.sender;
  hand_over(what.link, what.towards, codec::decode(what.what.frame, std::move(what.what.payload)), bytes, next);
}

void loopback_state::open(stray what, delivery& next) {
  const auto count = what.parts.size();
  if (count == 1 && what.parts[0].empty()) {
    return;
  }
  if (count == 0 || count > 2 || what.parts[0].size() > next.to->limits.frame_bytes) {
    counter_cells::add(next.to->counters.frames_malformed);
    return;
  }
  auto payload = count == 2 ? what.parts[1] : domain::shared_bytes{};
  const auto bytes = what.parts[0].size() + payload.size();
  const auto link = add_link({nullptr, {}, what.endpoint, nullptr, {}, true, {}});
  hand_over(link, to_listener, codec::decode(what.parts[0].span(), std::move(payload)), bytes, next);
}

void loopback_state::hand_over(std::size_t index, direction towards, domain::expected<domain::message> what,
                               std::size_t bytes, delivery& next) {
  auto& counters = next.to->counters;
  if (!what) {
    counter_cells::add(counters.frames_malformed);
    return;
  }
  counter_cells::add(counters.frames_in);
  counter_cells::add(counters.bytes_in, bytes);
  const auto peer = towards == to_listener ? arrive(index, next.to) : links_[index].at_dialler;
  auto& here = next.to->ends.at(peer);
  if (!here.noticed || now_ - *here.noticed >= next.to->limits.liveness_notice) {
    here.noticed = now_;
    next.notices.push_back({peer, here.identity, peer_change::alive});
  }
  next.message = inbound{peer, here.identity, std::move(*what)};
}

/// The peer that a connection is for its listening side; a new one when it was not introduced yet.
peer_id loopback_state::arrive(std::size_t index, const node_ptr& at) {
  auto& on = links_[index];
  if (on.listener != at) {
    on.listener = at;
    on.at_listener = peer_id{++at->last_peer};
    at->ends[on.at_listener] = end{index, false, {}, {}};
    counter_cells::add(at->counters.connections);
  }
  return on.at_listener;
}

} // namespace fedloom::transport
