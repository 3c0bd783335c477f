#include "services/client/tree.hpp"

namespace fedloom::client {

kernel::supervisor_spec tree(const std::vector<deps_ptr>& clients) {
  kernel::supervisor_spec root;
  root.name = "client";
  for (const auto& with : clients) {
    const auto& id = with->membership.client;
    kernel::supervisor_spec one;
    one.name = "client/" + id.value();
    one.restarts = kernel::strategy::one_for_one;
    one.children = {
        {membership_name(id), [with](caf::actor_system& system) { return spawn_membership(system, with); }},
        {task_name(id), [with](caf::actor_system& system) { return spawn_tasks(system, with); }},
    };
    root.supervisors.push_back(std::move(one));
  }
  return root;
}

} // namespace fedloom::client
