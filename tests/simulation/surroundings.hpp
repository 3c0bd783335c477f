#pragma once
#include "tests/simulation/crash_plan.hpp"
#include "tests/simulation/history.hpp"
#include "tests/simulation/trace.hpp"

namespace fedloom::simulation {

/// Bugs that can be planted into the simulated disks and nodes, to prove that they would be found. Not into the
/// machines: no program that is shipped contains them.
enum class planted_bug : std::uint8_t {
  none,
  double_count,       ///< a combiner folds on into the sum of a part that was fenced, when its clients are planned anew
  commit_before_blob, ///< a model is said to be durable before it is
  fenced_part_accepted,   ///< the controller takes a fenced lease's partial for that of its successor
  receipt_before_journal, ///< a journal record is said to be durable before it is
  offer_before_store,     ///< a client's update is said to be durable before it is
};

/// What is the matter with somebody's disk.
struct disk_trouble {
  domain::instant full_until{}; ///< it takes nothing until then
  std::size_t failures = 0;     ///< so many of the next writes fail
};

/// What processes and disks share besides the network.
struct surroundings {
  world& clock;
  crash_plan crashes{};
  observer note = [](const history_entry&) {};
  planted_bug planted = planted_bug::none;

  std::map<std::string, std::uint64_t> deaths{}; ///< how often each process has died so far
  std::map<std::string, disk_trouble> disks{};   ///< by process

  void happened(happening what) {
    const auto at = clock.moment();
    note({at.now, std::move(what), at.date});
  }
  /// Why this process's next write fails; `none` when it does not.
  domain::error next_trouble(const std::string& who) {
    auto& disk = disks[who];
    domain::error trouble;
    if (disk.full_until > clock.now()) {
      trouble = {domain::errc::storage_full, "the disk is full"};
    } else if (disk.failures > 0) {
      --disk.failures;
      trouble = {domain::errc::storage_failed, "the disk failed"};
    }
    if (trouble.code != domain::errc::none) {
      trace(clock.now(), who, trouble.text);
    }
    return trouble;
  }
  void died(const std::string& who) {
    ++deaths[who];
    happened(event::killed{who});
  }
};

} // namespace fedloom::simulation
