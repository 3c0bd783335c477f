#include "actors/kernel/system_config.hpp"

#include <caf/atom.hpp>

namespace fedloom::kernel {

system_config::system_config() {
  set("scheduler.policy", caf::atom("sharing"));
  set("scheduler.max-threads", 2);
  set("scheduler.max-throughput", 50);
}

} // namespace fedloom::kernel
