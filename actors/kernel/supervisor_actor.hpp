#pragma once
#include "actors/kernel/caf_compat.hpp"
#include "actors/kernel/effect_runner.hpp"
#include "actors/kernel/logger.hpp"
#include "actors/kernel/supervisor.hpp"
#include "actors/kernel/wake_timer.hpp"

#include <caf/event_based_actor.hpp>

namespace fedloom::kernel {

/// Everything is down; sent by a supervisor to itself, because it may not quit before it has been launched.
struct tree_ended {
  bool gave_up = false;
  std::string reason;
};

} // namespace fedloom::kernel
FEDLOOM_LOCAL_MESSAGE(fedloom::kernel::tree_ended)

namespace fedloom::kernel {

/// What the supervisors of one tree share.
struct tree_parts {
  std::shared_ptr<directory> names;
  std::shared_ptr<tree_status> status;
};

/// The shell of a supervision_machine: spawns, monitors and stops children, and keeps directory and status true.
///
///   (constructor: children started) --> running --down--> (machine decides) --> running
///                                          |  `--tree_ended{gave_up}--> dies with crash(...): a death of its parent's
///                                          child
///                                          `--exit--> stopping --tree_ended--> quits with user_shutdown
///
/// It monitors its children but does not link them. A link works both ways, and `exit_reason::kill` passes every exit
/// handler: a linked child that is killed takes its supervisor along. The way that is needed, down, is `on_exit`, which
/// CAF calls at every end, even by kill: whoever is alive then is killed.
class supervisor_actor : public caf::event_based_actor {
public:
  /// `on_give_up` is empty for a nested supervisor.
  supervisor_actor(caf::actor_config& config, supervisor_spec spec, tree_parts parts,
                   std::function<void(std::string)> on_give_up);

  const char* name() const override { return "fedloom.supervisor"; }
  caf::behavior make_behavior() override;
  void on_exit() override;

private:
  struct child {
    std::string name;
    std::function<caf::actor(caf::actor_system&)> spawn;
    caf::actor living; ///< empty: down
    std::string last_reason;
  };

  void adopt(supervisor_spec spec);
  void on_down(const caf::down_msg& down);
  void on_ended(const tree_ended& ended);
  /// Tells whoever waits for the end of the tree, and says what to die with.
  caf::error give_up(const std::string& reason);
  void step(supervision::effects effects);

  void perform(const supervision::start& order);
  void perform(const supervision::stop& order);
  void perform(const supervision::kill& order);
  void perform(const supervision::finish& order);
  void mark_down(child& dead, std::string reason, log_level level);

  const std::string title_;
  tree_parts parts_;
  std::function<void(std::string)> on_give_up_;
  std::vector<child> children_; ///< in start order, nested supervisors last; indexes are the machine's
  supervision_machine machine_;
  effect_runner<supervision::effect> runner_;
  wake_timer<caf::event_based_actor> timer_;
};

} // namespace fedloom::kernel
