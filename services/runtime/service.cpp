#include "services/runtime/service.hpp"

#include "actors/kernel/logger.hpp"
#include "services/runtime/memory.hpp"
#include "services/runtime/service_flags.hpp"
#include "services/runtime/version.hpp"

#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <future>
#include <iostream>
#include <thread>

namespace fedloom::runtime {

namespace {

kernel::log_config read_log(const config_reader& reader, const std::string& service) {
  kernel::log_config config;
  config.service = service;
  std::string level = "info";
  const auto section = reader.section("log");
  section.choice("level", level, {"debug", "info", "warn", "error"});
  section.text("file", config.file);
  config.level = level == "debug"  ? kernel::log_level::debug
                 : level == "info" ? kernel::log_level::info
                 : level == "warn" ? kernel::log_level::warn
                                   : kernel::log_level::error;
  return config;
}

/// Each client is a file descriptor.
std::uint64_t raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

exit_code code_for(domain::errc code) {
  switch (code) {
  case domain::errc::storage_failed:
  case domain::errc::storage_full:
    return exit_code::storage;
  case domain::errc::unavailable:
    return exit_code::unreachable;
  case domain::errc::config_invalid:
    return exit_code::config_invalid;
  default:
    return exit_code::internal;
  }
}

int failed(const std::string& service, exit_code code, const std::string& why) {
  std::cerr << "fedloom-" << service << ": " << why << '\n';
  kernel::log(kernel::log_level::error, "service", "ended-early", {{"reason", why}, {"exit", static_cast<int>(code)}});
  kernel::flush_log();
  return static_cast<int>(code);
}

/// Returns when the service is gone. A thread that hangs cannot be ended, so beyond the limit the process must.
void drain(const service_definition& service, std::unique_ptr<running_service> running) {
  std::packaged_task<void()> task([&running] {
    running->stop();
    running.reset();
  });
  auto done = task.get_future();
  std::thread thread(std::move(task));
  if (done.wait_for(service.drain_limit) != std::future_status::ready) {
    std::_Exit(failed(service.name, exit_code::internal,
                      "the drain took more than " + std::to_string(service.drain_limit.count()) + " ms"));
  }
  thread.join();
  done.get();
}

/// Starts, waits, drains.
int serve(const service_definition& service, const service_starter& start) {
  const stop_request stop;
  auto running = start(stop);
  if (!running) {
    return failed(service.name, code_for(running.error().code), running.error().text);
  }
  const auto outcome = stop.wait();
  kernel::log(outcome.code == exit_code::ok ? kernel::log_level::info : kernel::log_level::error, "service", "stopping",
              {{"reason", outcome.reason}});
  drain(service, std::move(*running));
  kernel::log(kernel::log_level::info, "service", "stopped", {{"exit", static_cast<int>(outcome.code)}});
  kernel::flush_log();
  return static_cast<int>(outcome.code);
}

int load_and_serve(const service_flags& flags, const service_definition& service) {
  const auto reader = config_reader::from_file(flags.config, service.name);
  if (!reader) {
    return failed(service.name, exit_code::config_invalid, reader.error().text);
  }
  const auto logs = read_log(*reader, service.name);
  const auto start = service.load(*reader);
  if (const auto valid = reader->finish(); !valid) {
    return failed(service.name, exit_code::config_invalid, "the configuration has problems\n" + valid.error().text);
  }
  if (flags.check_config) {
    std::cout << "the configuration is valid\n";
    return static_cast<int>(exit_code::ok);
  }
  kernel::open_log(logs);
  kernel::log(kernel::log_level::info, "service", "starting",
              {{"version", version()}, {"config", flags.config}, {"file_limit", raise_file_limit()}});
  return serve(service, start);
}

} // namespace

int run_service(int argc, const char* const* argv, const service_definition& service) {
  keep_freed_memory();
  int exit_status = 0;
  const auto flags = read_flags(argc, argv, service.name, exit_status);
  if (!flags) {
    return exit_status;
  }
  block_stop_signals();
  std::signal(SIGPIPE, SIG_IGN); // a peer that closes is an error of that write, not of the process
  try {
    return load_and_serve(*flags, service);
  } catch (const std::exception& thrown) {
    return failed(service.name, exit_code::internal, thrown.what());
  }
}

} // namespace fedloom::runtime
