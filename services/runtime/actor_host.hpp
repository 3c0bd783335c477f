#pragma once
#include "actors/kernel/supervisor.hpp"
#include "actors/kernel/system_config.hpp"
#include "actors/kernel/tree_status.hpp"
#include "services/runtime/admin_server.hpp"
#include "services/runtime/stop_request.hpp"

#include <caf/actor_system.hpp>

#include <memory>

namespace fedloom::runtime {

/// The actor system of a service and the supervision tree in it. Dies last among what its actors use.
class actor_host {
public:
  actor_host();
  ~actor_host();

  /// Once. When the tree gives up, the process is asked to end.
  void start(kernel::supervisor_spec tree, const stop_request& stop);
  /// Stops the tree, children in reverse order, and waits until all actors are gone. May be called again.
  void stop();

  caf::actor_system& system() { return system_; }
  std::shared_ptr<kernel::directory> names() const { return names_; }
  /// The admin server's view of the tree.
  std::function<std::vector<kernel::child_status>()> supervision() const;
  std::function<bool(const std::string&)> kill() const;

private:
  kernel::system_config config_;
  caf::actor_system system_;
  std::shared_ptr<kernel::directory> names_ = std::make_shared<kernel::directory>();
  std::shared_ptr<kernel::tree_status> status_ = std::make_shared<kernel::tree_status>();
  caf::actor root_;
};

} // namespace fedloom::runtime
