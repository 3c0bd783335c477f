#pragma once
#include "actors/client/runtime/child_environment.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace fedloom::client {

/// What stands around a command, see sandbox.hpp. As it is here: nothing.
struct confinement {
  std::vector<std::string> prefix;              ///< words before the command's
  std::optional<process_environment> variables; ///< in place of this process's own
  std::vector<std::filesystem::path> counted_folders;
  std::uint64_t disk_bytes = 0; ///< how far the counted folders together may grow while it runs; 0: no limit
};

/// The bytes of all files below these folders; what vanishes meanwhile does not count.
std::uint64_t bytes_below(const std::vector<std::filesystem::path>& folders);

} // namespace fedloom::client
