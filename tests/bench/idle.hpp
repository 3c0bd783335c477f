#pragma once
#include "tests/bench/rounds.hpp"

#include <string>
#include <vector>

namespace fedloom::bench {

struct idle_process {
  std::string name;
  double cpu_percent = 0; ///< of one core
  double rss_mb = 0;      ///< at the end; MB = 10^6 bytes
};

/// A controller, two combiners and three client processes, with nothing to do for `seconds`. Throws bench_failure.
std::vector<idle_process> measure_idle(std::uint32_t seconds, const bench_place& place);

nlohmann::ordered_json to_json(const std::vector<idle_process>& found);
std::string to_text(const std::vector<idle_process>& found);

} // namespace fedloom::bench
