#pragma once
#include "actors/kernel/directory.hpp"
#include "actors/kernel/restart_budget.hpp"
#include "actors/kernel/supervision_machine.hpp"
#include "actors/kernel/tree_status.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

/// OTP's supervision on CAF. A tree is data: child specs in start order, a strategy and a budget. Nothing outside this
/// folder monitors, links or handles `down`.
namespace fedloom::kernel {

struct child_spec {
  std::string name; ///< in the directory and in status; unique in the service
  /// Called at each start, on the supervisor's thread (the first time on that of start_tree's caller). An exception
  /// counts as a death of the child.
  std::function<caf::actor(caf::actor_system&)> spawn;
  restart_kind restart = restart_kind::permanent;
};

struct supervisor_spec {
  std::string name;
  strategy restarts = strategy::one_for_one;
  budget_limits budget;   ///< for example 3 in 10 s; when it is spent the supervisor dies upward
  backoff_limits backoff; ///< pause before a restart: doubles from `first` to `most`, reset after a quiet budget window
  std::vector<child_spec> children;
  std::vector<supervisor_spec> supervisors; ///< nested ones, permanent, started after the children
};

/// How long a child may take to end after it was asked to (exit_reason::user_shutdown), before it is killed.
inline constexpr domain::milliseconds stop_patience{5000};

/// Starts a tree; when it returns, every child is in the directory under its name, nested supervisors too. `on_give_up`
/// is called once, on the supervisor's thread, when the root's budget is spent (after all children are down). Throws
/// std::invalid_argument if a name is empty or stands twice in the tree.
caf::actor start_tree(caf::actor_system& system, supervisor_spec spec, std::shared_ptr<directory> names,
                      std::shared_ptr<tree_status> status, std::function<void(std::string reason)> on_give_up);

/// Asks the tree to end: its children stop in reverse start order, then the root. Returns at once; who must wait for it
/// waits for the actor system's `await_all_actors_done`.
void stop_tree(const caf::actor& root);

/// Kills a living child, as a crash would: for tests of a running service. False: nobody has the name.
bool kill_child(const directory& names, const std::string& name);

/// The tree as indented text, one line per child, as drawn in actors/README.md; a test compares the two.
std::string to_text(const supervisor_spec& spec);

} // namespace fedloom::kernel
