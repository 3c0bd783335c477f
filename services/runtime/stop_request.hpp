#pragma once
#include "services/runtime/exit_codes.hpp"

#include <memory>
#include <string>

namespace fedloom::runtime {

/// Asks the process to end, from within: the supervision root gave up, the client's work is over. Any thread; the first
/// request counts. Cheap to copy, and valid as long as anyone holds a copy.
class stop_request {
public:
  stop_request();

  void end(exit_code code, std::string reason) const;
  /// For start_tree's on_give_up.
  void give_up(std::string reason) const { end(exit_code::gave_up, std::move(reason)); }

  struct outcome {
    exit_code code = exit_code::ok;
    std::string reason;
  };
  /// Blocks until `end`, or until SIGTERM or SIGINT, which must be blocked in every thread. After a signal both have
  /// their default action again: a second one ends the process at once. Main thread only, once.
  outcome wait() const;

private:
  struct state;
  std::shared_ptr<state> state_;
};

/// Blocks SIGTERM and SIGINT in this thread and all that it starts from now on. First thing in main.
void block_stop_signals();

} // namespace fedloom::runtime
