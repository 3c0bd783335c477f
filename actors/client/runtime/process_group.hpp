#pragma once
#include "actors/client/runtime/unique_fd.hpp"
#include "messages/domain/expected.hpp"

#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace fedloom::client {

/// A shell command and everything it starts, as one process group of its own: it can be signalled as a whole, and it
/// never outlives this object (processes that leave the group on purpose with setsid excepted). One thread at a time.
class process_group {
public:
  /// Runs `bash -c command` in `folder` with standard input from /dev/null and both outputs to `output_fd`; no other
  /// descriptor, no blocked and no ignored signal of this process is inherited. OMP_NUM_THREADS, OPENBLAS_NUM_THREADS
  /// and MKL_NUM_THREADS are 1 unless this process's environment says otherwise: many clients may share one machine.
  /// `variables`, each "NAME=value", are added. `entry_point_failed` when it cannot be started.
  static domain::expected<process_group> spawn(const std::string& command, const std::filesystem::path& folder,
                                               const std::vector<std::string>& variables, int output_fd);
  process_group(process_group&& other) noexcept;
  process_group& operator=(process_group&&) = delete;
  /// Kills what is left, see `finish`.
  ~process_group();

  /// Readable for poll() once the shell has ended.
  int leader_fd() const noexcept { return leader_fd_.get(); }
  /// To every process of the group.
  void signal(int number) const noexcept;
  /// Kills the whole group, waits for the shell's end and takes its exit status: the code, or 128 + the signal's
  /// number.
  int finish() noexcept;

private:
  process_group(pid_t leader, unique_fd leader_fd) : leader_(leader), leader_fd_(std::move(leader_fd)) {}

  pid_t leader_ = 0; ///< also the group's id; 0 after finish
  unique_fd leader_fd_;
};

} // namespace fedloom::client
