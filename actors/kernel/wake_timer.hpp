#pragma once
#include "actors/kernel/caf_compat.hpp"
#include "messages/domain/chrono.hpp"

#include <caf/actor_clock.hpp>
#include <caf/actor_system.hpp>
#include <caf/local_actor.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace fedloom::kernel {

/// "Look at your deadlines." An actor sends it to nobody but itself.
struct wake {
  std::uint64_t generation = 0;
};

} // namespace fedloom::kernel
FEDLOOM_LOCAL_MESSAGE(fedloom::kernel::wake)

namespace fedloom::kernel {

/// The time that machines are given: that of the actor system's clock, which tests advance by hand.
inline domain::instant now_of(caf::local_actor* self) {
  return std::chrono::time_point_cast<domain::instant::duration>(self->home_system().clock().now());
}

/// Turns a machine's `next_wake()` into messages. Delayed messages cannot be taken back, so a later deadline keeps the
/// message that is under way (leases are renewed by every frame, and each renewal would leave one behind); an earlier
/// deadline sends a new one, and the old one is known by its generation. Hence a wake may come early, and the machine's
/// `tick(now)` must decide by `now`. `Self` handles `wake`:
///
///   [this](const wake& w) { if (timer_.fires(w)) { step(machine_.tick(now_of(self_))); } }
///
/// and calls `timer_.arm(self_, machine_.next_wake())` after every step.
template <class Self>
class wake_timer {
public:
  void arm(Self* self, std::optional<domain::instant> when) {
    wanted_ = when.has_value();
    if (!when || (armed_ && *armed_ <= *when)) {
      return;
    }
    armed_ = when;
    ++generation_;
    const auto pause = std::max(*when - now_of(self), domain::instant::duration::zero());
    self->delayed_send(self, pause, wake{generation_});
  }

  /// False: the message is stale, or nothing is waited for any more.
  bool fires(const wake& message) {
    if (!armed_ || message.generation != generation_) {
      return false;
    }
    armed_.reset();
    return wanted_;
  }

private:
  std::optional<domain::instant> armed_; ///< when the valid message arrives
  std::uint64_t generation_ = 0;
  bool wanted_ = false;
};

} // namespace fedloom::kernel
