#pragma once
#include "actors/combiner/fold_worker.hpp"
#include "actors/combiner/interface.hpp"
#include "actors/combiner/probe.hpp"
#include "actors/storage/journal_writer.hpp"
#include "actors/transport/dialog_machine.hpp"

#include <atomic>
#include <functional>
#include <memory>

namespace fedloom::combiner {

/// What the combiner's actors share. Owned by the service, which outlives them all.
struct deps {
  transport::gateway* mesh = nullptr;
  std::shared_ptr<kernel::directory> names;
  fold_worker* folder = nullptr;
  kernel::worker* verifier = nullptr; ///< hashes pulled models
  storage::round_journal* journal = nullptr;
  storage::journal_writer* writer = nullptr; ///< of that journal
  domain::gate* policy = nullptr;
  probe* count = nullptr;

  domain::combiner_id combiner;
  std::string advertised_endpoint;
  std::string controller_endpoint;
  transport::dialog_limits dialog;
  roster_config roster;
  parts_limits parts;
  std::atomic<bool>* uplink_is_up = nullptr; ///< for the readiness probe
  std::function<void()> drained;             ///< called when a drain has nothing more to wait for
  model_cache_limits models;
};

using deps_ptr = std::shared_ptr<const deps>;

/// Which of the combiner's actors a message is for.
std::vector<std::string_view> route(const transport::inbound& what);

caf::actor spawn_uplink(caf::actor_system& system, deps_ptr with);
caf::actor spawn_roster(caf::actor_system& system, deps_ptr with);
caf::actor spawn_collection(caf::actor_system& system, deps_ptr with);
caf::actor spawn_model_cache(caf::actor_system& system, deps_ptr with);

} // namespace fedloom::combiner
