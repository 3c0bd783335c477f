#pragma once
#include "tests/simulation/crash_plan.hpp"
#include "tests/simulation/history.hpp"

namespace fedloom::simulation {

/// Bugs that can be planted into the simulated disks and nodes, to prove that they would be found. Not into the
/// machines: no program that is shipped contains them.
enum class planted_bug : std::uint8_t {
  none,
  double_count,       ///< a combiner folds on into the sum of a part that was fenced, when its clients are planned anew
  commit_before_blob, ///< a model is said to be durable before it is
  fenced_part_accepted,   ///< the controller takes a fenced lease's partial for that of its successor
  receipt_before_journal, ///< a journal record is said to be durable before it is
};

/// What processes and disks share besides the network.
struct surroundings {
  world& clock;
  crash_plan crashes{};
  observer note = [](const history_entry&) {};
  planted_bug planted = planted_bug::none;

  std::map<std::string, std::uint64_t> deaths{};       ///< how often each process has died so far
  std::map<std::string, domain::instant> full_until{}; ///< whose disk takes nothing until then

  void happened(happening what) {
    const auto at = clock.moment();
    note({at.now, std::move(what), at.date});
  }
  void died(const std::string& who) {
    ++deaths[who];
    happened(event::killed{who});
  }
};

} // namespace fedloom::simulation
