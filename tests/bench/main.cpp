// fedloom-bench: how fast a mesh of real processes is on this machine. Started by tools/bench; see --help.
#include "tests/bench/bench_failure.hpp"
#include "tests/bench/idle.hpp"
#include "tests/bench/rounds.hpp"
#include "tests/bench/table.hpp"
#include "tests/bench/transport.hpp"
#include "tests/bench/workload.hpp"

#include <CLI/CLI.hpp>
#include <csignal>
#include <functional>
#include <iostream>
#include <sys/resource.h>

namespace fedloom::bench {

namespace {

struct wishes {
  bench_place place;
  rounds_order rounds;
  std::uint32_t idle_seconds = 60;
  bool json = false;
};

template <class Result>
void print(const Result& found, bool json) {
  if (json) {
    std::cout << to_json(found).dump() << '\n';
  } else {
    std::cout << to_text(found);
  }
}

void add_rounds(CLI::App& app, wishes& all, std::function<void()>& job) {
  auto* rounds = app.add_subcommand("rounds", "rounds of N clients that add a constant to P float32 parameters");
  auto& order = all.rounds;
  rounds->add_option("--clients", order.clients, "clients, each with its own connection")
      ->capture_default_str()
      ->check(CLI::Range(1, 20'000));
  rounds->add_option("--params", order.parameters, "float32 parameters of the model")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 31));
  rounds->add_option("--rounds", order.rounds, "rounds that count")
      ->capture_default_str()
      ->check(CLI::Range(1U, most_rounds / 2));
  rounds->add_option("--combiners", order.combiners, "combiner processes")
      ->capture_default_str()
      ->check(CLI::Range(1, 64));
  rounds->add_option("--warmup", order.warmup, "rounds before the first that counts")
      ->capture_default_str()
      ->check(CLI::Range(0U, most_rounds / 2));
  rounds->add_flag("--json", all.json, "one JSON object");
  rounds->callback([&] { job = [&] { print(measure_rounds(all.rounds, all.place), all.json); }; });
}

void add_others(CLI::App& app, wishes& all, std::function<void()>& job) {
  auto* table = app.add_subcommand("table", "the README's table: six sizes, as Markdown");
  table->callback([&] { job = [&] { write_table(all.place, std::cout); }; });

  auto* idle = app.add_subcommand("idle", "an idle mesh of one controller, two combiners and three clients");
  idle->add_option("--seconds", all.idle_seconds, "for how long")->capture_default_str()->check(CLI::Range(1, 86'400));
  idle->add_flag("--json", all.json, "a JSON array");
  idle->callback([&] { job = [&] { print(measure_idle(all.idle_seconds, all.place), all.json); }; });

  auto* transport = app.add_subcommand("transport", "two gateways over loopback, beside plain TCP");
  transport->add_flag("--json", all.json, "one JSON object");
  transport->callback([&] { job = [&] { print(measure_transport(), all.json); }; });
}

/// Children inherit it: a combiner of a thousand clients needs thousands.
void allow_many_files() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
}

int run(int argc, char** argv) {
  CLI::App app("How fast a mesh of real processes is on this machine");
  wishes all;
  all.place.programs = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  std::function<void()> job;
  app.add_option("--bin", all.place.programs, "where the programs lie (default: beside this one)");
  app.add_flag("--keep", all.place.keep, "keep logs and data");
  app.require_subcommand(1);
  add_rounds(app, all, job);
  add_others(app, all, job);
  CLI11_PARSE(app, argc, argv);
  allow_many_files();
  try {
    job();
    return 0;
  } catch (const interrupted& why) {
    std::cerr << "bench: " << why.what() << '\n';
    return 130;
  } catch (const std::exception& problem) {
    std::cerr << "bench: " << problem.what() << '\n';
    return 1;
  }
}

} // namespace

} // namespace fedloom::bench

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  return fedloom::bench::run(argc, argv);
}
