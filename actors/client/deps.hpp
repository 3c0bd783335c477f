#pragma once
#include "actors/client/interface.hpp"
#include "actors/client/probe.hpp"
#include "actors/client/update_store.hpp"
#include "actors/kernel/worker.hpp"

#include <filesystem>
#include <memory>

namespace fedloom::client {

/// What one client's actors share. Owned by whoever runs the client, and outlives them.
struct deps {
  transport::gateway* mesh = nullptr;
  std::shared_ptr<kernel::directory> names;
  trainer* work = nullptr; ///< called on `runner`
  std::shared_ptr<update_store> updates = make_memory_update_store();
  kernel::worker* runner = nullptr; ///< may be shared by many clients
  probe* count = nullptr;
  membership_config membership;
  task_limits tasks;
  std::filesystem::path token_file; ///< keeps the resume token; empty: kept in memory only
};

using deps_ptr = std::shared_ptr<const deps>;

/// An inbox for a process with any number of clients: connections carry "<client id>/controller" or "<client
/// id>/combiner".
transport::inbox deliver_to_clients(std::shared_ptr<kernel::directory> names);

caf::actor spawn_membership(caf::actor_system& system, deps_ptr with);
caf::actor spawn_tasks(caf::actor_system& system, deps_ptr with);

} // namespace fedloom::client
