#pragma once
#include "actors/security/sha256.hpp"
#include "messages/domain/expected.hpp"

#include <filesystem>

namespace fedloom::security {

/// The digest of a file's bytes, in constant memory. `not_found` or `storage_failed` if it cannot be read.
domain::expected<sha256_digest> sha256_of_file(const std::filesystem::path& file);

} // namespace fedloom::security
