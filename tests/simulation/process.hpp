#pragma once
#include "tests/simulation/world.hpp"

#include <memory>
#include <optional>

namespace fedloom::simulation {

/// What dies as a whole: nothing that it has asked for happens after its end.
class process {
public:
  explicit process(world& in) : world_(in) {}
  virtual ~process() = default;
  process(const process&) = delete;
  process& operator=(const process&) = delete;

  void later(duration pause, world::action what) {
    world_.after(pause, [this, alive = std::weak_ptr(life_), what = std::move(what)]() mutable {
      if (alive.expired()) {
        return;
      }
      if (frozen_until_ > now()) {
        return later(frozen_until_ - now(), std::move(what));
      }
      what();
    });
  }
  /// As SIGSTOP and, later, SIGCONT: all that would happen in it happens then, in the same order.
  void freeze(duration pause) { frozen_until_ = now() + pause; }
  /// A message from one of its actors to another.
  void post(world::action what) { later({}, std::move(what)); }
  domain::instant now() const { return world_.now(); }

protected:
  world& world_;

private:
  domain::instant frozen_until_{};
  std::shared_ptr<int> life_ = std::make_shared<int>();
};

/// Rings when a machine wants to be woken. Behaves as kernel::wake_timer: a later deadline keeps the earlier ring.
class alarm {
public:
  alarm(process& of, std::function<void()> ring) : of_(of), ring_(std::move(ring)) {}

  void arm(std::optional<domain::instant> when) {
    wanted_ = when.has_value();
    if (!when || (armed_ && *armed_ <= *when)) {
      return;
    }
    armed_ = when;
    of_.later(*when - of_.now(), [this, generation = ++generation_] {
      if (generation == generation_) {
        armed_.reset();
        if (wanted_) {
          ring_();
        }
      }
    });
  }

private:
  process& of_;
  std::function<void()> ring_;
  std::optional<domain::instant> armed_;
  std::uint64_t generation_ = 0;
  bool wanted_ = false;
};

/// The longest that each kind of work takes.
struct pace {
  domain::milliseconds mailbox{1}; ///< from one actor to another
  domain::milliseconds write{8};   ///< one batch
  domain::milliseconds reduction{5};
  domain::milliseconds fold{5};
  domain::milliseconds training{200};
};

/// A worker thread, or an actor's mailbox: what is posted is done in its order, and each takes a while.
class work_line {
public:
  work_line(process& of, world& in, domain::milliseconds longest) : of_(of), world_(in), longest_(longest) {}

  void post(world::action job) {
    free_at_ = std::max(free_at_, world_.now()) + world_.pause(domain::milliseconds{0}, longest_);
    of_.later(free_at_ - world_.now(), std::move(job));
  }

private:
  process& of_;
  world& world_;
  domain::milliseconds longest_;
  domain::instant free_at_{};
};

} // namespace fedloom::simulation
