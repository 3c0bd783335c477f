// fedloom-load: many real clients in one process, for fedloom-bench. Runs until SIGTERM.
#include "actors/kernel/logger.hpp"
#include "services/runtime/memory.hpp"
#include "tests/bench/crowd.hpp"

#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>
#include <sys/resource.h>

namespace {

/// Each client needs a connection and ZeroMQ's own descriptors for it.
void allow_many_files() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
}

int run(std::uint32_t clients, const std::string& controller) {
  fedloom::runtime::stop_request stop;
  const auto crowd = fedloom::bench::crowd::join(clients, controller, stop);
  if (!crowd) {
    std::cerr << fedloom::domain::to_string(crowd.error()) << '\n';
    return static_cast<int>(fedloom::runtime::exit_code::internal);
  }
  const auto end = stop.wait();
  if (!end.reason.empty()) {
    std::cerr << end.reason << '\n';
  }
  return static_cast<int>(end.code);
}

} // namespace

int main(int argc, char** argv) {
  fedloom::runtime::keep_freed_memory();
  fedloom::runtime::block_stop_signals();
  std::signal(SIGPIPE, SIG_IGN);
  allow_many_files();
  CLI::App flags("Many clients in one process that add a constant to every parameter, for fedloom-bench");
  std::uint32_t clients = 1;
  std::string controller;
  flags.add_option("--clients", clients, "how many")->check(CLI::Range(1, 20'000));
  flags.add_option("--controller", controller, "the controller's mesh endpoint")->required();
  CLI11_PARSE(flags, argc, argv);
  fedloom::kernel::open_log({"load", fedloom::kernel::log_level::warn, {}});
  return run(clients, controller);
}
