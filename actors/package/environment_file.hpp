#pragma once
#include "messages/domain/expected.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace fedloom::package {

/// What a package's python_env.yaml asks for.
struct python_requirements {
  std::string name = "fedn_env";
  std::string python;                          ///< the version it names; empty: none. Not heeded, as in FEDn
  std::vector<std::string> build_dependencies; ///< lines for pip, installed first
  std::vector<std::string> dependencies;
  bool operator==(const python_requirements&) const = default;
};

/// Reads python_env.yaml. `not_found`, or `config_invalid` for any other key and any wrong value; both name the file.
domain::expected<python_requirements> read_requirements(const std::filesystem::path& file);

/// What an environment with these packages is known by, 64 hex digits: `python` is the interpreter that makes it. The
/// name does not count, nor does the version that was asked for.
std::string content_hash(const python_requirements& wanted, const std::filesystem::path& python);

} // namespace fedloom::package
