#pragma once
#include "messages/domain/expected.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>

namespace fedloom::package {

/// A folder with the data owner's training code, described by its fedn.yaml, see package_file.hpp.
struct compute_package {
  std::filesystem::path project_dir; ///< absolute; where fedn.yaml lies and where the commands run
  /// build, startup, train, validate, predict or worker -> shell command; others are passed over
  std::map<std::string, std::string> entry_points;
  /// A virtual environment's folder, absolute; none: the system's Python.
  std::optional<std::filesystem::path> python_env{};
  /// The python_env.yaml that says what the environment has to hold, absolute. If it is named and `python_env` is not,
  /// the environment has yet to be made or named.
  std::optional<std::filesystem::path> environment_file{};
  bool operator==(const compute_package&) const = default;
};

/// Whether `entry` is answered by the package's worker instead of by a command of its own.
bool is_for_worker(const compute_package& package, const std::string& entry);

/// Whether a virtual environment stands in this folder.
bool is_environment(const std::filesystem::path& folder);

/// The first reason why clients could not train with this package, as `config_invalid`: no such folder, neither a train
/// command nor a worker, an empty command, a virtual environment that is none.
domain::expected<void> validate(const compute_package& package);

/// What `bash -c` is given to run an entry point: its command with the arguments, quoted, in the virtual environment if
/// there is one. `entry_point_missing` if the package has no such entry point.
domain::expected<std::string> command_line(const compute_package& package, const std::string& entry,
                                           std::span<const std::filesystem::path> arguments);

/// `text` as one word for the shell, whatever characters it holds.
std::string quoted(const std::string& text);

} // namespace fedloom::package
