#pragma once
#include "tests/bench/api.hpp"
#include "tests/bench/processes.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace fedloom::bench {

/// A controller, combiners and clients as real processes on loopback. Its destructor ends them. Main thread only; all
/// throw bench_failure or `interrupted`.
class mesh {
public:
  /// `programs`: where fedloom-controller and the others lie; configurations, logs and data go into `folder`.
  mesh(std::filesystem::path programs, std::filesystem::path folder, const stop_signals& signals);

  /// Returns when the controller and `combiners` combiners are up.
  void start(std::uint32_t combiners);
  /// One process with `clients` linked clients; returns when all are online.
  void start_load(std::uint32_t clients);
  /// Real client processes, each with a package that does nothing; returns when all are online.
  void start_clients(std::uint32_t clients);
  void stop() { processes_.stop(); }

  struct member {
    std::string name; ///< "controller", "combiner-1", "client-1", "load"
    pid_t id = 0;
  };
  const std::vector<member>& members() const noexcept { return members_; }
  const api& controller() const noexcept { return api_; }
  /// Processor seconds that all combiners together have spent on their journals, since they started.
  double journal_seconds() const;
  event_stream events(const std::string& session) const;
  processes& watched() noexcept { return processes_; }

private:
  void start_service(const std::string& name, const std::string& program, const std::string& config);
  void start_program(const std::string& name, const std::vector<std::string>& command);
  void wait_until(const std::string& what, const std::function<bool()>& done);
  void wait_for_clients(std::uint64_t wanted);

  const std::filesystem::path programs_;
  const std::filesystem::path folder_;
  const std::uint16_t mesh_port_;
  const std::uint16_t http_port_;
  const api api_;
  processes processes_;
  std::vector<member> members_;
};

} // namespace fedloom::bench
