#pragma once
#include "messages/domain/expected.hpp"

#include <filesystem>
#include <optional>
#include <yaml-cpp/yaml.h>

namespace fedloom::package {

/// A YAML file that must be a map. `not_found`, or `config_invalid` with the file's name.
domain::expected<YAML::Node> load_map(const std::filesystem::path& file);

} // namespace fedloom::package
