#pragma once
#include "messages/domain/chrono.hpp"
#include "messages/domain/expected.hpp"

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace fedloom::client {

/// How much of a command's output is kept: the end, where the reason of a failure stands.
inline constexpr std::size_t kept_output_bytes = 16 * 1024;
/// From SIGTERM to SIGKILL after the time limit ...
inline constexpr domain::milliseconds timeout_grace{2000};
/// ... and after a cancel, which has to be over within a second.
inline constexpr domain::milliseconds cancel_grace{500};

struct subprocess_order {
  std::string command; ///< for `bash -c`
  std::filesystem::path folder;
  domain::milliseconds time_limit{0};
  std::vector<std::string> variables{}; ///< "NAME=value", added to this process's environment
};

enum class subprocess_end { exited, timed_out, cancelled };

struct subprocess_outcome {
  subprocess_end how = subprocess_end::exited;
  int status = 0;     ///< exit code, or 128 + number of the signal that ended it
  std::string output; ///< the last kept_output_bytes of standard output and error together; any bytes
};

/// Runs a command in a process group of its own and blocks the calling thread until it ended by itself, at its time
/// limit or by `stop`. Its whole group is dead when this returns, also after a normal exit: a package's background
/// process must not compute into the next task. `entry_point_failed` when it cannot be started at all.
domain::expected<subprocess_outcome> run_subprocess(const subprocess_order& order, std::stop_token stop);

} // namespace fedloom::client
