#include "actors/transport/dialog_machine.hpp"

#include <algorithm>

namespace fedloom::transport {

using namespace dialog;

effects dialog_machine::start(domain::instant now, domain::body hello) {
  hello_ = std::move(hello);
  tries_ = 0;
  return greet(now, true);
}

effects dialog_machine::stop() {
  tries_ = 0;
  if (state_ == state::idle) {
    return {};
  }
  state_ = state::idle;
  return {close{}};
}

effects dialog_machine::welcomed(domain::instant now, domain::milliseconds heartbeat, domain::milliseconds lease) {
  if (state_ != state::greeting) {
    return {};
  }
  state_ = state::established;
  tries_ = 0;
  // A peer that announces nonsense must not make us spin.
  heartbeat_ = std::max(heartbeat, domain::milliseconds{10});
  lease_ = std::max(lease, heartbeat_ * 2);
  last_heard_ = now;
  next_heartbeat_ = now + heartbeat_;
  return {established{}};
}

effects dialog_machine::refused(domain::instant now, const domain::refused& why) {
  if (state_ == state::idle || state_ == state::pausing) {
    return {};
  }
  if (state_ == state::greeting && why.reason.code == domain::errc::unknown_peer) {
    return {}; // answers what was said before the hello
  }
  effects out;
  const bool was_established = state_ == state::established;
  if (was_established) {
    out.push_back(lost{why.reason});
  }
  if (was_established && why.reason.code == domain::errc::unknown_peer) {
    auto again = greet(now, false);
    out.insert(out.end(), again.begin(), again.end());
    return out;
  }
  auto later = pause(now, why.retry_after);
  out.insert(out.end(), later.begin(), later.end());
  return out;
}

effects dialog_machine::gone(domain::instant now) {
  if (state_ == state::idle || state_ == state::pausing) {
    return {};
  }
  effects out;
  if (state_ == state::established) {
    out.push_back(lost{{domain::errc::unavailable, "the connection broke"}});
  }
  auto later = pause(now, {});
  out.insert(out.end(), later.begin(), later.end());
  return out;
}

effects dialog_machine::tick(domain::instant now) {
  switch (state_) {
  case state::idle:
    return {};
  case state::greeting:
    return now < until_ ? effects{} : pause(now, {});
  case state::pausing:
    return now < until_ ? effects{} : greet(now, true);
  case state::established:
    break;
  }
  if (now >= last_heard_ + lease_) {
    effects out{lost{{domain::errc::timed_out, "nothing was heard for the length of a lease"}}};
    auto again = greet(now, true);
    out.insert(out.end(), again.begin(), again.end());
    return out;
  }
  if (now < next_heartbeat_) {
    return {};
  }
  next_heartbeat_ = now + heartbeat_;
  return {send{domain::heartbeat{++sequence_}}};
}

std::optional<domain::instant> dialog_machine::next_wake() const {
  switch (state_) {
  case state::idle:
    return std::nullopt;
  case state::greeting:
  case state::pausing:
    return until_;
  case state::established:
    return std::min(next_heartbeat_, last_heard_ + lease_);
  }
  return std::nullopt;
}

effects dialog_machine::greet(domain::instant now, bool redial) {
  state_ = state::greeting;
  until_ = now + limits_.answer;
  effects out;
  if (redial) {
    out.push_back(close{});
    out.push_back(open{});
  }
  out.push_back(send{hello_});
  return out;
}

effects dialog_machine::pause(domain::instant now, domain::milliseconds at_least) {
  state_ = state::pausing;
  const auto doubled = limits_.first_pause * (std::int64_t{1} << std::min(tries_, 16U));
  const auto pause = std::min(std::max(doubled, at_least), std::max(limits_.longest_pause, at_least));
  ++tries_;
  // Spread, so that a thousand clients of a restarted service do not come back in one instant.
  std::uniform_int_distribution<std::int64_t> spread(0, std::max<std::int64_t>(pause.count() / 4, 1));
  until_ = now + pause + domain::milliseconds{spread(random_)};
  return {close{}};
}

} // namespace fedloom::transport
