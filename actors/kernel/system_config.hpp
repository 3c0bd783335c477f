#pragma once
#include <caf/actor_system_config.hpp>

namespace fedloom::kernel {

/// How every service's actor system runs: two threads that share one queue (a hundredth of the idle cost of work
/// stealing, and better latency), and at most 50 messages before an actor lets the next one run. Reads no command line
/// and no file.
class system_config : public caf::actor_system_config {
public:
  system_config();
};

} // namespace fedloom::kernel
