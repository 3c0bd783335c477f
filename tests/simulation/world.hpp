#pragma once
#include "messages/domain/chrono.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <random>
#include <vector>

namespace fedloom::simulation {

using duration = domain::instant::duration;

/// Virtual time and the one source of chance. Everything that happens in a simulation is an event here; events of the
/// same instant happen in the order in which they were asked for, so that one seed gives one history.
class world {
public:
  using action = std::function<void()>;

  explicit world(std::uint64_t seed) : random_(seed) {}

  domain::instant now() const noexcept { return now_; }
  domain::moment moment() const {
    return {now_,
            domain::timestamp{std::chrono::duration_cast<domain::milliseconds>(now_.time_since_epoch() + date_ahead_)}};
  }
  /// Somebody sets the calendar, forwards or backwards. The clock that leases are measured by goes on evenly.
  void set_date_ahead(duration by) { date_ahead_ = by; }

  void after(duration pause, action what) {
    events_.push_back({now_ + std::max(pause, duration::zero()), next_number_++, std::move(what)});
    std::push_heap(events_.begin(), events_.end());
  }

  /// Performs the next event; false when there is none.
  bool step() {
    if (events_.empty()) {
      return false;
    }
    std::pop_heap(events_.begin(), events_.end());
    const auto next = std::move(events_.back());
    events_.pop_back();
    now_ = next.when;
    ++steps_;
    next.what();
    return true;
  }
  std::uint64_t steps() const noexcept { return steps_; }

  bool chance(double probability) { return std::uniform_real_distribution<>(0, 1)(random_) < probability; }
  /// One of 0 .. count-1; count > 0.
  std::size_t pick(std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_); }
  duration pause(domain::milliseconds least, domain::milliseconds most) {
    return duration{
        std::uniform_int_distribution<std::int64_t>(duration{least}.count(), duration{most}.count())(random_)};
  }
  std::uint32_t seed() { return static_cast<std::uint32_t>(random_()); }

private:
  struct event {
    domain::instant when;
    std::uint64_t number;
    action what;
    bool operator<(const event& other) const {
      return when != other.when ? when > other.when : number > other.number; // the earliest is the greatest
    }
  };

  std::mt19937_64 random_;
  domain::instant now_{std::chrono::hours{1}}; // not zero: machines may take that for "never"
  duration date_ahead_{};
  std::vector<event> events_; ///< a heap
  std::uint64_t next_number_ = 0;
  std::uint64_t steps_ = 0;
};

} // namespace fedloom::simulation
