#pragma once
#include "actors/kernel/directory.hpp"
#include "actors/kernel/restart_budget.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

/// OTP's supervision on CAF. A tree is data: child specs in start order, a strategy and a budget. Nothing outside this
/// folder monitors, links or handles `down`.
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

struct child_spec {
  std::string name; ///< in the directory and in status; unique in the service
  std::function<caf::actor(caf::actor_system&)> spawn; ///< called at each (re)start, on the supervisor's thread
  restart_kind restart = restart_kind::permanent;
};

struct supervisor_spec {
  std::string name;
  strategy restarts = strategy::one_for_one;
  budget_limits budget;   ///< for example 3 in 10 s; when it is spent the supervisor dies upward
  backoff_limits backoff; ///< pause before a restart: doubles from `first` to `most`, reset after a quiet budget window
  std::vector<child_spec> children;
  std::vector<supervisor_spec> supervisors; ///< nested ones, started after the children
};

/// One line of GET /api/v1/supervision.
struct child_status {
  std::string name;
  std::string supervisor;
  bool alive = false;
  std::uint32_t restarts = 0;
  std::string last_reason; ///< empty: never died
};

/// Live state of a tree, written by its supervisors, read by anyone.
class tree_status;

/// Starts a tree. `on_give_up` is called once when the root's budget is spent (after all children are down).
caf::actor start_tree(caf::actor_system& system, supervisor_spec spec, std::shared_ptr<directory> names,
                      std::shared_ptr<tree_status> status, std::function<void(std::string reason)> on_give_up);

/// The tree as indented text, one line per child, as drawn in actors/README.md; a test compares the two.
std::string to_text(const supervisor_spec& spec);

} // namespace fedloom::kernel
