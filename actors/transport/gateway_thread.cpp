#include "actors/transport/gateway_thread.hpp"

#include "actors/kernel/logger.hpp"

#include <cerrno>
#include <limits>
#include <system_error>
#include <utility>

namespace fedloom::transport {

namespace {

// Keys of descriptors; a dialled peer's is its id, which counts from 1.
constexpr std::uint64_t commands_key = 0;
constexpr std::uint64_t router_key = std::numeric_limits<std::uint64_t>::max();
/// Messages received from or sent to one socket or peer before the next one has its turn.
constexpr int fair_share = 64;
/// How often stalled peers are tried when no event tells that one of them moves.
constexpr std::chrono::milliseconds stall_tick{20};
constexpr int probes_per_new_peer = 2;

domain::instant now() {
  return std::chrono::steady_clock::now();
}

} // namespace

gateway_thread::gateway_thread(zmq_gateway_config config, inbox to, std::shared_ptr<gateway_shared> shared,
                               std::unique_ptr<zmq_context> context, std::optional<zmq_socket> router)
    : config_(std::move(config)), to_(std::move(to)), shared_(std::move(shared)), context_(std::move(context)),
      router_(std::move(router)), reception_(config_.limits, to_, shared_->counters) {
  if (!wakeups_.add(shared_->commands.wake_fd(), commands_key) ||
      (router_ && !wakeups_.add(router_->wake_fd(), router_key))) {
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  }
}

void gateway_thread::run() {
  bool closed = false;
  if (router_) {
    mark_router_dirty();
  }
  while (!closed) {
    for (const auto key : wakeups_.wait(dirty_.empty() ? pause_ms() : 0)) {
      if (key == commands_key) {
        auto batch = shared_->commands.take();
        closed = batch.closed;
        for (auto& each : batch.commands) {
          std::visit([this](auto& what) { perform(std::move(what)); }, each);
        }
      } else if (key == router_key) {
        mark_router_dirty();
      } else if (auto* found = peers_.find(peer_id{key})) {
        mark_dirty(*found);
      }
    }
    serve_dirty();
    if (!stalled_.empty() && now() - flushed_ >= stall_tick) {
      flush_stalled(now());
    }
    look_at_quiet_peers();
  }
  drain();
}

int gateway_thread::pause_ms() const {
  if (!stalled_.empty()) {
    return static_cast<int>(stall_tick.count());
  }
  return peers_.empty() ? -1 : static_cast<int>(look_pause().count());
}

domain::milliseconds gateway_thread::look_pause() const {
  return someone_speaks_ ? reception_.busy_look_pause() : config_.limits.liveness_notice;
}

void gateway_thread::look_at_quiet_peers() {
  if (const auto at = now(); at - looked_ >= look_pause()) {
    looked_ = at;
    someone_speaks_ = false;
    peers_.each([this](peer& one) { someone_speaks_ |= reception_.look_at(one); });
  }
}

void gateway_thread::perform(dial_command what) {
  auto socket = zmq_socket::connected(*context_, config_, what.endpoint);
  if (!socket || !wakeups_.add(socket->wake_fd(), what.peer.value())) {
    kernel::log(kernel::log_level::warn, "transport", "dial-failed",
                {{"endpoint", what.endpoint},
                 {"reason", socket ? std::string{"no more descriptors"} : domain::to_string(socket.error())}});
    reception_.tell_gone(what.peer, {});
    return;
  }
  mark_dirty(peers_.add_dialled(what.peer, std::move(*socket)));
}

void gateway_thread::perform(hang_up_command what) {
  auto* found = peers_.find(what.peer);
  if (found == nullptr) {
    return;
  }
  if (found->dialled) {
    wakeups_.remove(found->dialled->wake_fd());
  }
  stalled_.erase(what.peer);
  peers_.erase(what.peer);
}

void gateway_thread::perform(send_command what) {
  auto* found = peers_.find(what.to);
  if (found == nullptr) {
    counter_cells::add(shared_->counters.sends_dropped);
    reception_.tell_gone(what.to, {});
    return;
  }
  if (!found->waiting.empty()) {
    enqueue(*found, std::move(what.what));
    return;
  }
  switch (send_now(*found, what.what)) {
  case send_result::sent:
    break;
  case send_result::full:
    enqueue(*found, std::move(what.what));
    break;
  case send_result::unreachable:
    lose(*found, 1);
    break;
  }
}

void gateway_thread::perform(identify_command what) {
  if (auto* found = peers_.find(what.peer)) {
    found->identity = std::move(what.identity);
  }
}

void gateway_thread::mark_dirty(peer& whose) {
  if (!whose.dialled) {
    mark_router_dirty();
  } else if (!std::exchange(whose.dirty, true)) {
    dirty_.push_back(whose.id.value());
  }
}

void gateway_thread::mark_router_dirty() {
  if (!std::exchange(router_dirty_, true)) {
    dirty_.push_back(router_key);
  }
}

void gateway_thread::serve_dirty() {
  for (const auto key : std::exchange(dirty_, {})) {
    if (key == router_key) {
      router_dirty_ = false;
      if (serve_router()) {
        mark_router_dirty();
      }
    } else if (auto* found = peers_.find(peer_id{key})) {
      found->dirty = false;
      if (serve_dialled(*found)) {
        mark_dirty(*found);
      }
    }
  }
}

bool gateway_thread::serve_router() {
  for (int i = 0; i < fair_share; ++i) {
    auto what = router_->receive();
    if (!what) {
      break;
    }
    receive_on_router(std::move(*what));
  }
  bool again = router_->events().readable;
  if (!stalled_.empty()) {
    // A ROUTER that is writable says nothing about one peer, but whenever a peer moved there was an event.
    again |= flush_accepted();
    again |= router_->events().readable;
  }
  return again;
}

bool gateway_thread::serve_dialled(peer& which) {
  for (int i = 0; i < fair_share; ++i) {
    auto what = which.dialled->receive();
    if (!what) {
      break;
    }
    const auto source = what->frame.source();
    if (auto message = reception_.read(std::move(*what), &which)) {
      reception_.hand_over(which, std::move(*message), source);
    }
  }
  auto state = which.dialled->events();
  if (state.writable && !which.waiting.empty()) {
    flush(which);
    state = which.dialled->events();
  }
  return state.readable || (state.writable && !which.waiting.empty());
}

void gateway_thread::receive_on_router(received what) {
  const std::string route{reinterpret_cast<const char*>(what.route.span().data()), what.route.size()};
  auto* from = peers_.find_route(route);
  const auto source = what.frame.source();
  auto message = reception_.read(std::move(what), from);
  if (!message) {
    return;
  }
  if (from == nullptr) {
    probe_quiet_peers();
    from = &peers_.add_accepted(shared_->new_peer(), route);
    counter_cells::add(shared_->counters.connections);
  }
  reception_.hand_over(*from, std::move(*message), source);
}

send_result gateway_thread::send_now(peer& to, const codec::wire_message& what) {
  const auto result = socket_of(to).send(to.route, what);
  mark_dirty(to);
  if (result == send_result::sent) {
    counter_cells::add(shared_->counters.frames_out);
    counter_cells::add(shared_->counters.bytes_out, bytes_of(what));
  }
  return result;
}

void gateway_thread::enqueue(peer& to, codec::wire_message what) {
  if (!to.waiting.push(std::move(what), config_.limits)) {
    lose(to, 1);
  } else if (stalled_.insert(to.id).second) {
    to.stalled_since = now();
  }
}

/// True when something left, and the peer is still there.
bool gateway_thread::flush(peer& to) {
  bool progress = false;
  for (int i = 0; i < fair_share && !to.waiting.empty(); ++i) {
    const auto result = send_now(to, to.waiting.front());
    if (result == send_result::unreachable) {
      lose(to);
      return false;
    }
    if (result == send_result::full) {
      break;
    }
    to.waiting.pop();
    progress = true;
  }
  if (progress) {
    to.stalled_since = now();
  }
  if (to.waiting.empty()) {
    stalled_.erase(to.id);
  }
  return progress;
}

bool gateway_thread::flush_accepted() {
  bool progress = false;
  for (const auto id : std::vector(stalled_.begin(), stalled_.end())) {
    auto* found = peers_.find(id);
    if (found != nullptr && !found->dialled) {
      progress |= flush(*found);
    }
  }
  return progress;
}

void gateway_thread::flush_stalled(domain::instant at) {
  flushed_ = at;
  for (const auto id : std::vector(stalled_.begin(), stalled_.end())) {
    auto* found = peers_.find(id);
    // A dialled peer's socket tells when it becomes writable: nothing to try here.
    const bool moved = !found->dialled && flush(*found);
    if (!moved && stalled_.contains(id) && at - found->stalled_since > config_.limits.stall_limit) {
      lose(*found);
    }
  }
}

void gateway_thread::lose(peer& whom, std::uint64_t unqueued) {
  counter_cells::add(shared_->counters.sends_dropped, whom.waiting.size() + unqueued);
  const auto id = whom.id;
  const auto identity = whom.identity;
  stalled_.erase(id);
  whom.waiting.clear();
  if (!whom.dialled) {
    peers_.erase(id);
  }
  reception_.tell_gone(id, identity);
}

/// Nobody tells a ROUTER's owner that a connection has closed. So whenever a new one comes, some of the old ones that
/// have been quiet are probed: the table cannot grow much beyond what is really connected, and no timer is needed.
void gateway_thread::probe_quiet_peers() {
  for (int i = 0; i < probes_per_new_peer; ++i) {
    auto* old = peers_.next_accepted();
    if (old != nullptr && now() - old->heard > config_.limits.probe_after &&
        router_->probe(old->route) == send_result::unreachable) {
      lose(*old);
    }
  }
}

void gateway_thread::drain() {
  const auto deadline = now() + std::chrono::milliseconds{zmq_socket::linger_ms};
  while (!stalled_.empty() && now() < deadline) {
    if (router_) {
      router_->events();
    }
    for (const auto id : std::vector(stalled_.begin(), stalled_.end())) {
      auto& waiting = *peers_.find(id);
      socket_of(waiting).events();
      flush(waiting);
    }
    wakeups_.wait(1);
  }
}

} // namespace fedloom::transport
