#pragma once
#include "tests/simulation/mesh.hpp"

namespace fedloom::simulation {

/// What came of one schedule.
struct outcome {
  std::string violations; ///< one line each, empty when all is well
  history_checker::figures seen;
  std::uint64_t events = 0;
};

/// Draws a mesh, sessions and faults from the seed, lets them happen, and checks what the invariants promise while it
/// goes on. I-8: when the last fault is over, every session ends within the time that its deadlines add up to.
outcome run_schedule(std::uint64_t seed, planted_bug planted = planted_bug::none);

} // namespace fedloom::simulation
