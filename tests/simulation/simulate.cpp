// fedloom-simulate --seeds N --from S: runs that many schedules, as many at a time as there are processors.
#include "tests/simulation/schedule.hpp"

#include <CLI/CLI.hpp>

#include <atomic>
#include <cstdio>
#include <mutex>
#include <thread>

namespace {

using fedloom::simulation::outcome;
using fedloom::simulation::run_schedule;

struct tally {
  tally(std::uint64_t from, std::uint64_t seeds) : next(from), end(from + seeds) {}

  std::atomic<std::uint64_t> next;
  std::uint64_t end;
  std::mutex mutex;
  std::uint64_t schedules = 0;
  std::uint64_t violations = 0;
  std::uint64_t events = 0;
  fedloom::simulation::history_checker::figures seen;

  void add(std::uint64_t seed, const outcome& what) {
    const std::lock_guard lock(mutex);
    ++schedules;
    events += what.events;
    seen.commits += what.seen.commits;
    seen.kills += what.seen.kills;
    seen.fenced += what.seen.fenced;
    seen.retries += what.seen.retries;
    seen.carried += what.seen.carried;
    seen.paused += what.seen.paused;
    if (!what.violations.empty()) {
      ++violations;
      std::printf("seed %llu\n%s", static_cast<unsigned long long>(seed), what.violations.c_str());
      std::fflush(stdout);
    }
  }
};

void work(tally& on) {
  for (auto seed = on.next++; seed < on.end; seed = on.next++) {
    on.add(seed, run_schedule(seed));
  }
}

} // namespace

int main(int argc, char** argv) {
  std::uint64_t seeds = 2000;
  std::uint64_t from = 1;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  CLI::App app("Runs seeded schedules of faults on a simulated mesh. A failing one is run again, and traced, with\n"
               "FEDLOOM_SIMULATION_TRACE=1 tools/simulate --seeds 1 --from SEED");
  app.add_option("--seeds", seeds, "how many")->capture_default_str();
  app.add_option("--from", from, "the first one")->capture_default_str();
  app.add_option("--jobs", jobs, "how many at a time")->capture_default_str()->check(CLI::Range(1, 256));
  CLI11_PARSE(app, argc, argv);

  const auto began = std::chrono::steady_clock::now();
  tally on(from, seeds);
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < jobs; ++i) {
      threads.emplace_back([&on] { work(on); });
    }
  }
  const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
  std::printf(
      "%llu events, %llu commits, %llu deaths, %llu fenced parts, %llu further attempts, %llu late updates counted, "
      "%llu pauses by a disk\n",
      number(on.events), number(on.seen.commits), number(on.seen.kills), number(on.seen.fenced),
      number(on.seen.retries), number(on.seen.carried), number(on.seen.paused));
  std::printf("{\"schedules\":%llu,\"violations\":%llu,\"seconds\":%.1f}\n", number(on.schedules),
              number(on.violations), seconds);
  return on.violations > 0 ? 1 : 0;
}
