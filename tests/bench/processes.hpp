#pragma once
#include "tests/bench/child.hpp"
#include "tests/bench/stop_signals.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace fedloom::bench {

/// The programs of one measurement: started in order, watched together, ended in reverse order. Main thread only.
class processes {
public:
  /// `signals` end the next wait; they must outlive this.
  processes(std::filesystem::path log_folder, const stop_signals& signals)
      : log_folder_(std::move(log_folder)), signals_(signals) {}
  ~processes() { end_all(); }
  processes(const processes&) = delete;
  processes& operator=(const processes&) = delete;

  pid_t start(const std::string& name, const std::vector<std::string>& command);
  /// True: `fd` became readable within `limit` (-1: only time passes). Throws `interrupted`, or bench_failure with the
  /// end of the log of a program that has ended: none should.
  bool wait(int fd, std::chrono::milliseconds limit);
  /// The ends of all logs.
  std::string log_tails() const;
  /// Ends all. Throws bench_failure if one did not end by itself with status 0.
  void stop();

private:
  std::string end_all();

  std::filesystem::path log_folder_;
  const stop_signals& signals_;
  std::vector<child> children_;
};

} // namespace fedloom::bench
