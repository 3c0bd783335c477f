#include "services/runtime/actor_host.hpp"

#include <caf/logger.hpp>

#include <utility>

namespace fedloom::runtime {

namespace {

/// CAF leaves a reference to the system's logger in every thread that made or used the system, and the system's
/// destructor waits for the last one: on another thread than this it would wait for ever.
void let_go_of_logger() {
  caf::logger::set_current_actor_system(nullptr);
}

} // namespace

actor_host::actor_host() : system_(config_) {
  let_go_of_logger();
}

actor_host::~actor_host() {
  stop();
}

void actor_host::start(kernel::supervisor_spec tree, const stop_request& stop) {
  root_ = kernel::start_tree(system_, std::move(tree), names_, status_,
                             [stop](std::string reason) { stop.give_up(std::move(reason)); });
  let_go_of_logger();
}

void actor_host::stop() {
  if (const auto root = std::exchange(root_, nullptr)) {
    kernel::stop_tree(root);
    system_.await_all_actors_done();
  }
}

std::function<std::vector<kernel::child_status>()> actor_host::supervision() const {
  return [status = status_] { return status->children(); };
}

std::function<bool(const std::string&)> actor_host::kill() const {
  return [names = names_](const std::string& child) { return kernel::kill_child(*names, child); };
}

} // namespace fedloom::runtime
