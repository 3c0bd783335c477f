#pragma once
#include "messages/domain/bytes.hpp"
#include "messages/domain/expected.hpp"

#include <filesystem>
#include <functional>

namespace fedloom::security {

/// Reads a file from its beginning and hands its bytes over, block by block, in constant memory. `not_found` if there
/// is no such file, `storage_failed` if it cannot be read.
domain::expected<void> for_each_block(const std::filesystem::path& file,
                                      const std::function<void(domain::byte_span)>& take);

} // namespace fedloom::security
