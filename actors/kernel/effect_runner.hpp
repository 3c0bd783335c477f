#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <utility>
#include <vector>

namespace fedloom::kernel {

/// What performing one effect leaves behind.
enum class performed : bool {
  done,    ///< go on with the next one
  pending, ///< a store that is not finished: the effects behind it wait for `resume`
};

/// Performs effects first-in first-out. An effect behind an unfinished store waits, while the machine goes on taking
/// inputs: so nothing is ever sent before the store it depends on. Actors and the simulation drive machines through
/// this same class (I-4). One thread.
template <class Effect>
class effect_runner {
public:
  using perform_function = std::function<performed(Effect&)>;

  explicit effect_runner(perform_function perform) : perform_(std::move(perform)) {}

  void run(std::vector<Effect> effects) {
    ++last_step_;
    for (auto& effect : effects) {
      waiting_.push_back({last_step_, std::move(effect)});
    }
    drain();
  }

  /// The pending store has finished. It may do so before its effect has returned `pending` (a store in memory).
  void resume() {
    if (draining_) {
      finished_early_ = true;
      return;
    }
    blocked_ = false;
    drain();
  }

  /// The pending store has failed: what stands behind it in the same `run` is not performed, what came later is.
  void abandon() {
    std::erase_if(waiting_, [this](const auto& one) { return one.first == step_; });
    resume();
  }
  /// Forgets everything that is not performed yet, the pending store included.
  void clear() {
    waiting_.clear();
    blocked_ = false;
  }

  bool blocked() const noexcept { return blocked_; }
  std::size_t waiting() const noexcept { return waiting_.size(); }

private:
  void drain() {
    if (draining_) {
      return; // an effect was performed that stepped the machine again: its effects stand behind the present ones
    }
    draining_ = true;
    while (!blocked_ && !waiting_.empty()) {
      auto [step, effect] = std::move(waiting_.front());
      waiting_.pop_front();
      step_ = step;
      finished_early_ = false;
      blocked_ = perform_(effect) == performed::pending && !finished_early_;
    }
    draining_ = false;
  }

  perform_function perform_;
  std::deque<std::pair<std::uint64_t, Effect>> waiting_; ///< with the number of the `run` that brought it
  std::uint64_t last_step_ = 0;
  std::uint64_t step_ = 0; ///< of the effect that was performed last
  bool blocked_ = false;
  bool draining_ = false;
  bool finished_early_ = false;
};

} // namespace fedloom::kernel
