#pragma once
#include "messages/domain/expected.hpp"
#include "messages/domain/ids.hpp"

#include <filesystem>

namespace fedloom::controller {

/// Looks at a compute package as a client will before it trains: unpacks the archive beside itself, reads fedn.yaml,
/// and removes what it unpacked. Its digest; or the errors of package::unpack and package::load_package, and
/// `malformed` without a fedn.yaml. Nothing of the package is run.
domain::expected<domain::package_digest> check_package(const std::filesystem::path& archive);

} // namespace fedloom::controller
