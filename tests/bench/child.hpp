#pragma once
#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace fedloom::bench {

/// A program of the mesh, in a session of its own: Ctrl-C reaches only the bench, which then ends all in order. Should
/// the bench die without that, the kernel ends the program. Main thread only.
class child {
public:
  /// Output and errors go to `log`. Throws bench_failure.
  child(std::string name, const std::vector<std::string>& command, std::filesystem::path log);
  child(child&& other) noexcept;
  child& operator=(child&&) = delete;
  ~child();

  const std::string& name() const noexcept { return name_; }
  pid_t id() const noexcept { return id_; }
  /// Readable for poll() once it has ended.
  int end_fd() const noexcept { return end_fd_; }

  void ask_to_end() const noexcept;
  /// The exit status, or 128 + the signal that ended it; kills it when it has not ended within `patience`.
  int wait(std::chrono::milliseconds patience);
  /// The last lines of its log.
  std::string log_tail() const;

private:
  std::string name_;
  std::filesystem::path log_;
  pid_t id_ = -1;
  int end_fd_ = -1;
  std::optional<int> status_;
};

} // namespace fedloom::bench
