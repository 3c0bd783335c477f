#pragma once
#include "actors/client/runtime/confinement.hpp"
#include "actors/client/runtime/output_pipe.hpp"
#include "actors/client/runtime/process_group.hpp"
#include "messages/domain/chrono.hpp"
#include "messages/domain/expected.hpp"

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace fedloom::client {

/// From SIGTERM to SIGKILL after the time limit ...
inline constexpr domain::milliseconds timeout_grace{2000};
/// ... and after a cancel, which has to be over within a second.
inline constexpr domain::milliseconds cancel_grace{500};

struct subprocess_order {
  std::string command; ///< for `bash -c`
  std::filesystem::path folder;
  domain::milliseconds time_limit{0};
  process_environment variables{}; ///< added to this process's, or to the confinement's
  confinement within{};
};

enum class subprocess_end { exited, timed_out, cancelled, over_quota };

struct subprocess_outcome {
  subprocess_end how = subprocess_end::exited;
  int status = 0;     ///< exit code, or 128 + number of the signal that ended it
  std::string output; ///< the last kept_output_bytes of standard output and error together; any bytes
};

/// The words and the environment for a shell command.
process_order order_for(const std::string& command, const std::filesystem::path& folder,
                        const process_environment& variables, const confinement& within);

/// Runs a command in a process group of its own and blocks the calling thread until it ended by itself, at its time
/// limit, by `stop`, or because it wrote more than its confinement allows. Its whole group is dead when this returns,
/// also after a normal exit: a package's background process must not compute into the next task. `entry_point_failed`
/// when it cannot be started at all.
domain::expected<subprocess_outcome> run_subprocess(const subprocess_order& order, std::stop_token stop);

} // namespace fedloom::client
