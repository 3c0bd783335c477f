#pragma once
#include "actors/package/compute_package.hpp"

#include <filesystem>

namespace fedloom::package {

/// Reads the compute package in `folder` from its fedn.yaml; other keys are not ours and passed over. If it names a
/// python_env file, that has been read once, and an environment that stands in the project under its name is taken, as
/// FEDn does. The result has passed `validate`. `not_found` if there is no fedn.yaml, `config_invalid` for anything in
/// it that clients could not train with; both name the file.
domain::expected<compute_package> load_package(const std::filesystem::path& folder);

} // namespace fedloom::package
