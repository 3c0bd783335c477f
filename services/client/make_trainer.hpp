#pragma once
#include "actors/client/runtime/trainer.hpp"
#include "services/client/config.hpp"

#include <filesystem>
#include <memory>

namespace fedloom::client {

struct made_trainer {
  std::unique_ptr<trainer> work;
  std::string sandbox;     ///< the level in force, for the controller
  std::string description; ///< for people: what is run, and how it is confined
};

/// What the configuration says of packages, opened: the folder's own, with its environment ready, or that of what comes
/// from the controller. `data_folder` is the client's. `config_invalid` for a package that cannot be run, `unavailable`
/// if the sandbox that was asked for does not work here.
domain::expected<made_trainer> make_trainer(const package_config& with, const std::filesystem::path& data_folder);

/// What this machine has for entry points: cores, and bytes of memory. 0: unknown.
std::uint32_t cores_here();
std::uint64_t memory_here();

} // namespace fedloom::client
