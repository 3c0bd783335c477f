#pragma once
#include "messages/domain/expected.hpp"
#include "messages/domain/ids.hpp"

#include <filesystem>

namespace fedloom::client {

/// The resume token, as 32 hex digits in a file that only its owner may read. A missing file is a zero token: the first
/// start.
domain::expected<domain::token> read_token(const std::filesystem::path& file);
/// Atomic and durable. `storage_failed` names the file.
domain::expected<void> write_token(const std::filesystem::path& file, const domain::token& value);

} // namespace fedloom::client
