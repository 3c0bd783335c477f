#include "tests/bench/rounds.hpp"

#include "tests/bench/mesh.hpp"
#include "tests/bench/process_reading.hpp"
#include "tests/bench/scratch.hpp"
#include "tests/bench/session.hpp"
#include "tests/bench/stopwatch.hpp"

#include <algorithm>
#include <numeric>

namespace fedloom::bench {

namespace {

double& of(per_service& all, const std::string& name) {
  if (name == "controller") {
    return all.controller;
  }
  return name == "load" ? all.client : all.combiner;
}

per_service cpu_of(const mesh& with) {
  per_service used;
  for (const auto& each : with.members()) {
    of(used, each.name) += cpu_seconds(each.id);
  }
  return used;
}

per_service peak_of(const mesh& with) {
  per_service peak;
  for (const auto& each : with.members()) {
    auto& place = of(peak, each.name);
    place = std::max(place, static_cast<double>(memory_of(each.id).peak) / 1e6);
  }
  return peak;
}

per_service difference(const per_service& later, const per_service& earlier) {
  return {later.controller - earlier.controller, later.combiner - earlier.combiner, later.client - earlier.client};
}

} // namespace

double rounds_result::median() const {
  const auto count = round_seconds.size();
  return (round_seconds[(count - 1) / 2] + round_seconds[count / 2]) / 2;
}

double rounds_result::seconds() const {
  return std::accumulate(round_seconds.begin(), round_seconds.end(), 0.0);
}

double rounds_result::updates_per_second() const {
  return updates() / seconds();
}

double rounds_result::journal_share() const {
  return journal_seconds / order.combiners / seconds();
}

double rounds_result::megabytes_moved() const {
  return updates() * 2 * static_cast<double>(order.parameters * sizeof(float)) / 1e6;
}

rounds_result measure_rounds(const rounds_order& order, const bench_place& place) {
  const stop_signals signals;
  const scratch folder(place.programs, place.keep);
  rounds_result found;
  found.order = order;
  found.floor = measure_floor(order.clients, order.parameters, folder.path());
  mesh all(place.programs, folder.path(), signals);
  all.start(order.combiners);
  all.start_load(order.clients);
  per_service before;
  double journal_before = 0;
  stopwatch since_last;
  run_session(all, {order.clients, order.parameters, order.rounds + order.warmup}, [&](std::uint32_t round) {
    if (round > order.warmup) {
      found.round_seconds.push_back(since_last.seconds());
    }
    since_last = {};
    if (round == order.warmup) {
      before = cpu_of(all);
      journal_before = all.journal_seconds();
    } else if (round == order.warmup + order.rounds) {
      found.cpu_seconds = difference(cpu_of(all), before);
      found.journal_seconds = all.journal_seconds() - journal_before;
    }
  });
  found.peak_rss_mb = peak_of(all);
  all.stop();
  std::ranges::sort(found.round_seconds);
  return found;
}

} // namespace fedloom::bench
