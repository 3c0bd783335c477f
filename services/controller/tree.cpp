#include "services/controller/tree.hpp"

namespace fedloom::controller {

kernel::supervisor_spec tree(deps_ptr with) {
  const auto child = [&](const char* name, caf::actor (*spawn)(caf::actor_system&, deps_ptr)) {
    return kernel::child_spec{name, [spawn, with](caf::actor_system& system) { return spawn(system, with); }};
  };
  kernel::supervisor_spec rounds;
  rounds.name = "rounds";
  // The session counts on sums that the reduction holds: without it, it has to collect them again.
  rounds.restarts = kernel::strategy::rest_for_one;
  rounds.children = {child(reduction_name, spawn_reduction), child(session_name, spawn_session)};

  kernel::supervisor_spec root;
  root.name = "controller";
  root.restarts = kernel::strategy::one_for_one;
  root.children = {child(registry_name, spawn_registry), child(hand_out_name, spawn_hand_out)};
  root.supervisors = {std::move(rounds)};
  return root;
}

} // namespace fedloom::controller
