#pragma once
#include "actors/client/runtime/sandbox.hpp"
#include "actors/package/compute_package.hpp"
#include "actors/package/environment_file.hpp"
#include "messages/domain/chrono.hpp"

#include <filesystem>
#include <stop_token>
#include <string>

namespace fedloom::client {

/// How an environment is made.
struct environment_order {
  std::filesystem::path python; ///< the interpreter; empty: the one that `find_interpreter` finds
  domain::milliseconds time_limit{std::chrono::minutes{30}};
  confinement within{}; ///< must let pip write to the folder of environments and reach its index
};

/// A folder of virtual environments, each below a folder named by what it holds, see package::content_hash, with the
/// output of pip beside it (<hash>.log). An environment is made once; finding it again takes one look at the disk.
/// Any number of threads and processes may ask for the same one: the first makes it, the others wait.
class python_environments {
public:
  explicit python_environments(const std::filesystem::path& folder);

  /// The environment's folder. `entry_point_failed` if it cannot be made, with the last lines of pip's output and the
  /// log's name; `entry_point_timed_out`, `cancelled`; `storage_failed` if the folder cannot be written. A half-made
  /// one is made anew by the next who asks.
  domain::expected<std::filesystem::path> prepare(const package::python_requirements& wanted,
                                                  const environment_order& order, std::stop_token stop) const;

private:
  std::filesystem::path folder_;
};

/// Gives `package` the environment that its python_env.yaml asks for, unless it has one or asks for none.
/// `entry_point_failed` also if there is no Python here.
domain::expected<void> prepare_environment(package::compute_package& package, const python_environments& environments,
                                           const environment_order& order, std::stop_token stop);

} // namespace fedloom::client
