#include "tests/bench/table.hpp"

#include <fmt/format.h>

#include <array>
#include <ostream>

namespace fedloom::bench {

namespace {

struct row {
  const char* size;
  rounds_order order;
  double most_seconds; ///< a round, at most; 0: `most_floors` counts
  double most_floors = 0;
};

const std::array<row, 6> rows{{
    {"2 × 1 k", {2, 1'000, 100}, 0.010},
    {"10 × 1 M", {10, 1'000'000, 20}, 0.060},
    {"50 × 1 M", {50, 1'000'000, 10}, 0.25},
    {"10 × 10 M", {10, 10'000'000, 10}, 0.6},
    {"10 × 25 M", {10, 25'000'000, 5}, 0, 2.5},
    {"1,000 × 1 k", {1'000, 1'000, 20}, 0.25},
}};

std::string seconds(double value) {
  return value < 0.1 ? fmt::format("{:.1f} ms", value * 1e3) : fmt::format("{:.2f} s", value);
}

bool is_met(const row& wanted, const rounds_result& found) {
  const auto most = wanted.most_floors > 0 ? wanted.most_floors * found.floor.total() : wanted.most_seconds;
  return found.median() <= most;
}

std::string to_markdown(const row& wanted, const rounds_result& found) {
  const auto target =
      wanted.most_floors > 0 ? fmt::format("{} × floor", wanted.most_floors) : seconds(wanted.most_seconds);
  const auto moved = found.megabytes_moved();
  const auto& cpu = found.cpu_seconds;
  const auto& rss = found.peak_rss_mb;
  return fmt::format(
      "| {} | {} | {}{} | {} | {} | {:.1f} | {:.0f} | {:.2f} + {:.2f} | {:.2f} % | {:.0f} / {:.0f} / {:.0f} |\n",
      wanted.size, target, seconds(found.median()), is_met(wanted, found) ? "" : " (missed)", seconds(found.worst()),
      seconds(found.floor.total()), found.median() / found.floor.total(), found.updates_per_second(),
      1e3 * cpu.controller / moved, 1e3 * cpu.combiner / moved, 1e2 * found.journal_share(), rss.controller,
      rss.combiner, rss.client);
}

} // namespace

int write_table(const bench_place& place, std::ostream& out) {
  out << "| clients × float32 parameters | target | round, median | worst | floor | median / floor | updates/s | "
         "CPU ms per MB, controller + combiner | journal | peak RSS in MB, controller / combiner / all clients |\n"
         "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";
  int missed = 0;
  for (const auto& wanted : rows) {
    const auto found = measure_rounds(wanted.order, place);
    out << to_markdown(wanted, found) << std::flush;
    missed += is_met(wanted, found) ? 0 : 1;
  }
  return missed;
}

} // namespace fedloom::bench
