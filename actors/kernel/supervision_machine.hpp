#pragma once
#include "actors/kernel/restart_budget.hpp"
#include "messages/domain/chrono.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace fedloom::kernel {

enum class strategy : std::uint8_t {
  one_for_one,  ///< only the dead child is restarted
  one_for_all,  ///< all children are stopped and restarted, in start order
  rest_for_one, ///< the dead child and those started after it
};

enum class restart_kind : std::uint8_t {
  permanent, ///< always restarted
  transient, ///< restarted unless it quit normally
  temporary, ///< never restarted
};

/// A child as the machine sees it; its index is its place in the start order.
struct supervised {
  restart_kind restart = restart_kind::permanent;
  /// How long it may take to obey a stop before it is killed. Nothing: for ever (a supervisor, which needs the sum of
  /// its children's times and kills them itself).
  std::optional<domain::milliseconds> patience;
};

/// What the shell does for a supervision machine, in order.
namespace supervision {
/// If it cannot be started, tell `died`.
struct start {
  std::size_t child;
};
/// Ask it to end; `died` follows.
struct stop {
  std::size_t child;
};
/// It did not obey; `died` follows.
struct kill {
  std::size_t child;
};
/// All are down. `child`: whose death spent the budget; 0 if it was not spent.
struct finish {
  bool gave_up;
  std::size_t child;
};
using effect = std::variant<start, stop, kill, finish>;
using effects = std::vector<effect>;
} // namespace supervision

/// Decides what a supervisor does. Pure.
///
///   running --child died--> stopping its siblings --all down, pause over--> starting them --> running
///      |                         |     (none of them for one_for_one)
///      +---budget spent, stop----+--> stopping all, last one first --all down--> finished
///
/// Children are stopped one at a time in reverse start order and started in start order. A child that dies while it is
/// waiting for its stop, or in it, costs nothing; one that dies during another's pause is restarted in its own time.
class supervision_machine {
public:
  supervision_machine(strategy restarts, budget_limits budget, backoff_limits backoff,
                      const std::vector<supervised>& children);

  /// Starts all children.
  supervision::effects start(domain::instant now);
  /// `normally`: it quit without an error, or was shut down.
  supervision::effects died(std::size_t child, bool normally, domain::instant now);
  /// Stops all children for good. Any number of times.
  supervision::effects stop(domain::instant now);
  /// A pause or a patience may be over.
  supervision::effects tick(domain::instant now);

  std::optional<domain::instant> next_wake() const;

private:
  enum class phase : std::uint8_t {
    down,
    up,
    condemned, ///< still up, to be stopped when those started after it are down
    stopping,  ///< told to
  };
  struct slot {
    supervised rule;
    phase at = phase::down;
    std::optional<domain::instant> start_at; ///< down, and to be started then
    std::optional<domain::instant> kill_at;
  };

  bool must_restart(const slot& dead, bool normally) const;
  void plan_restart(std::size_t dead, domain::instant when);
  void end(supervision::finish how);
  supervision::effects proceed(domain::instant now);
  bool any_at(phase wanted) const;

  strategy restarts_;
  restart_budget budget_;
  std::vector<slot> slots_;
  std::optional<supervision::finish> ending_;
  bool finished_ = false;
};

} // namespace fedloom::kernel
