#pragma once
#include "messages/domain/expected.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>

namespace fedloom::package {

/// A folder with the data owner's training code, described by its fedn.yaml (read by services/client/package_file).
struct compute_package {
  std::filesystem::path project_dir; ///< absolute; where fedn.yaml lies and where the commands run
  /// build, startup, train, validate, predict, forward or backward -> shell command
  std::map<std::string, std::string> entry_points;
  /// A virtual environment's folder below project_dir; none: the system's Python.
  std::optional<std::string> python_env;
  bool operator==(const compute_package&) const = default;
};

/// The first reason why clients could not train with this package, as `config_invalid`: no such folder, no train
/// command, an empty command, a virtual environment that has not been created.
domain::expected<void> validate(const compute_package& package);

/// What `bash -c` is given to run an entry point: its command with the arguments, quoted, in the virtual environment if
/// there is one. `entry_point_missing` if the package has no such entry point.
domain::expected<std::string> command_line(const compute_package& package, const std::string& entry,
                                           std::span<const std::filesystem::path> arguments);

} // namespace fedloom::package
