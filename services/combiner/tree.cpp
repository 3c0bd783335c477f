#include "services/combiner/tree.hpp"

namespace fedloom::combiner {

kernel::supervisor_spec tree(deps_ptr with) {
  const auto child = [&](const char* name, caf::actor (*spawn)(caf::actor_system&, deps_ptr)) {
    return kernel::child_spec{name, [spawn, with](caf::actor_system& system) { return spawn(system, with); }};
  };
  kernel::supervisor_spec rounds;
  rounds.name = "rounds";
  // The collection waits for models that the cache pulls and for clients that the roster knows: without one of them it
  // begins anew, and the controller plans its parts again.
  rounds.restarts = kernel::strategy::rest_for_one;
  rounds.children = {child(model_cache_name, spawn_model_cache), child(roster_name, spawn_roster),
                     child(collection_name, spawn_collection)};

  kernel::supervisor_spec link;
  link.name = "link";
  // Started last: nobody is told that we are here before there is someone to do the work.
  link.children = {child(uplink_name, spawn_uplink)};

  kernel::supervisor_spec root;
  root.name = "combiner";
  root.restarts = kernel::strategy::one_for_one;
  root.supervisors = {std::move(rounds), std::move(link)};
  return root;
}

} // namespace fedloom::combiner
