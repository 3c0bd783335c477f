#pragma once
#include "actors/controller/health_board.hpp"
#include "actors/controller/interface.hpp"
#include "actors/controller/presence_board.hpp"
#include "actors/controller/probe.hpp"
#include "actors/controller/round_feed.hpp"
#include "actors/storage/package_store.hpp"
#include "actors/storage/store_writer.hpp"

#include <memory>

namespace fedloom::controller {

/// What the controller's actors share. Owned by the service, which outlives them all.
struct deps {
  transport::gateway* mesh = nullptr;
  std::shared_ptr<kernel::directory> names;
  storage::round_store* store = nullptr;
  storage::store_writer* writer = nullptr;
  storage::model_store* models = nullptr;
  storage::package_store* packages = nullptr;
  reduction_worker* reducer = nullptr;
  domain::gate* policy = nullptr;
  presence_board* presence = nullptr;
  health_board* health = nullptr;
  round_feed* feed = nullptr;
  probe* count = nullptr;
  domain::term term;
  registry_config registry;
  session_limits sessions;
  std::uint32_t window = 8; ///< chunks on their way per bulk transfer
};

using deps_ptr = std::shared_ptr<const deps>;

/// Which of the controller's actors a message is for.
std::vector<std::string_view> route(const transport::inbound& what);
/// True: said to another life of the controller, and no introduction to this one. 0: it does not say to which.
bool is_of_another_term(domain::term ours, const domain::message& what);
/// Who speaks to another life of the controller counts as a stranger, whom the registry turns away.
transport::inbox in_term(domain::term ours, transport::inbox inner);

caf::actor spawn_registry(caf::actor_system& system, deps_ptr with);
caf::actor spawn_session(caf::actor_system& system, deps_ptr with);
caf::actor spawn_reduction(caf::actor_system& system, deps_ptr with);
caf::actor spawn_hand_out(caf::actor_system& system, deps_ptr with);

} // namespace fedloom::controller
