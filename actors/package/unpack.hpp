#pragma once
#include "actors/package/archive_limits.hpp"
#include "messages/domain/expected.hpp"

#include <filesystem>

namespace fedloom::package {

/// Unpacks a tar archive, plain or compressed by gzip or bzip2, into `folder`, which must be empty and this caller's
/// alone. Only regular files and folders are taken; owners, times and modes but for "executable" are not.
///
/// `malformed`: no such archive, damaged, or an entry that is a link, a device or a pipe, has an absolute or climbing
/// path, stands there twice, or would be setuid. `too_large`: beyond the limits. `not_found`: no such file.
/// `storage_full` and `storage_failed`: the folder cannot be written. The text names archive and entry. After an error
/// the folder holds a part of the content.
domain::expected<void> unpack(const std::filesystem::path& archive, const std::filesystem::path& folder,
                              const archive_limits& limits = {});

} // namespace fedloom::package
