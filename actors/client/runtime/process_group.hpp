#pragma once
#include "actors/client/runtime/child_environment.hpp"
#include "actors/client/runtime/unique_fd.hpp"
#include "messages/domain/expected.hpp"

#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace fedloom::client {

/// What a process is started with. It inherits no other descriptor and no ignored signal of this process.
struct process_order {
  std::vector<std::string> words; ///< the program, found by PATH, and its arguments
  std::filesystem::path folder;
  process_environment variables; ///< all of them
  int input_fd = -1;             ///< negative: /dev/null
  int output_fd = -1;
  int error_fd = -1;
  /// SIGTERM stays pending for whatever does not ask for it: a sandbox around a command must not end before it.
  bool holds_back_sigterm = false;
};

/// A command and everything it starts, as a session of its own, without a terminal: one process group that can be
/// signalled as a whole and never outlives this object (processes that leave the group on purpose excepted, where the
/// sandbox does not stop them). One thread at a time.
class process_group {
public:
  /// `entry_point_failed` when it cannot be started.
  static domain::expected<process_group> spawn(const process_order& order);
  process_group(process_group&& other) noexcept;
  process_group& operator=(process_group&&) = delete;
  /// Kills what is left, see `finish`.
  ~process_group();

  /// Readable for poll() once the command has ended.
  int leader_fd() const noexcept { return leader_fd_.get(); }
  /// To every process of the group.
  void signal(int number) const noexcept;
  /// Kills the whole group, waits for the command's end and takes its exit status: the code, or 128 + the signal's
  /// number.
  int finish() noexcept;

private:
  process_group(pid_t leader, unique_fd leader_fd) : leader_(leader), leader_fd_(std::move(leader_fd)) {}

  pid_t leader_ = 0; ///< also the group's id; 0 after finish
  unique_fd leader_fd_;
};

} // namespace fedloom::client
