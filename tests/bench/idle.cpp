#include "tests/bench/idle.hpp"

#include "tests/bench/mesh.hpp"
#include "tests/bench/process_reading.hpp"
#include "tests/bench/scratch.hpp"
#include "tests/bench/stopwatch.hpp"

#include <fmt/format.h>

namespace fedloom::bench {

namespace {

/// What was begun at the start (joining, the store's first compaction) has ended then.
constexpr std::chrono::seconds settling{5};

} // namespace

std::vector<idle_process> measure_idle(std::uint32_t seconds, const bench_place& place) {
  const stop_signals signals;
  const scratch folder(place.programs, place.keep);
  mesh all(place.programs, folder.path(), signals);
  all.start(2);
  all.start_clients(3);
  all.watched().wait(-1, settling);
  std::vector<idle_process> found;
  for (const auto& each : all.members()) {
    found.push_back({each.name, cpu_seconds(each.id), 0});
  }
  const stopwatch watch;
  all.watched().wait(-1, std::chrono::seconds{seconds});
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto process = all.members()[i].id;
    found[i].cpu_percent = 100 * (cpu_seconds(process) - found[i].cpu_percent) / watch.seconds();
    found[i].rss_mb = static_cast<double>(memory_of(process).resident) / 1e6;
  }
  all.stop();
  return found;
}

nlohmann::ordered_json to_json(const std::vector<idle_process>& found) {
  auto all = nlohmann::ordered_json::array();
  for (const auto& each : found) {
    all.push_back({{"process", each.name}, {"cpu_percent", each.cpu_percent}, {"rss_mb", each.rss_mb}});
  }
  return all;
}

std::string to_text(const std::vector<idle_process>& found) {
  std::string text = "process       CPU % of a core   RSS in MB\n";
  for (const auto& each : found) {
    text += fmt::format("{:<13} {:>15.3f} {:>11.1f}\n", each.name, each.cpu_percent, each.rss_mb);
  }
  return text;
}

} // namespace fedloom::bench
