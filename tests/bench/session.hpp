#pragma once
#include "tests/bench/mesh.hpp"

#include <cstdint>
#include <functional>

namespace fedloom::bench {

struct session_order {
  std::uint32_t clients = 0;
  std::uint64_t parameters = 0;
  std::uint32_t rounds = 0;
};

/// Trains a seed with all clients, and checks that the final model is the expected one to the last bit. `on_round` is
/// called when the session starts (round 0), and as soon as each round's event is read. Throws bench_failure, also when
/// a round needed a second attempt.
void run_session(mesh& with, const session_order& order, const std::function<void(std::uint32_t round)>& on_round);

} // namespace fedloom::bench
