#pragma once
#include "messages/domain/bytes.hpp"
#include "messages/domain/expected.hpp"

#include <filesystem>

namespace fedloom::storage {

/// The file's bytes, mapped read-only; unmapped with the last handle. The file may be renamed or removed meanwhile, but
/// must never be cut or changed: stores replace files, they do not write into them. `not_found` if it is absent, else
/// `storage_failed`.
domain::expected<domain::shared_bytes> map_file(const std::filesystem::path& file);

} // namespace fedloom::storage
