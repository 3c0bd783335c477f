#pragma once
#include "actors/package/compute_package.hpp"

#include <filesystem>

namespace fedloom::client {

/// Reads the compute package in `folder` from its fedn.yaml and, if that names one, its python_env file; other keys are
/// not ours and passed over. The result has passed package::validate. `not_found` if there is no fedn.yaml,
/// `config_invalid` for anything in it that clients could not train with; both name the file.
domain::expected<package::compute_package> load_package(const std::filesystem::path& folder);

} // namespace fedloom::client
