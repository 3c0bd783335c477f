#pragma once
#include "actors/package/archive_limits.hpp"
#include "messages/domain/expected.hpp"

#include <filesystem>
#include <string>

namespace fedloom::package {

/// Packs a project's folder into `file`, a .tgz that holds the folder's files by their paths below it: what .fednignore
/// names is left out, and so are Python's caches (__pycache__), virtual environments and `file` itself. The same files
/// make the same bytes, whoever packs them and when. Answers the archive's checksum, see `checksum_of`.
///
/// `not_found`: the folder, or fedn.yaml in it. `unsupported`: a link, a device or a pipe, which `unpack` would refuse;
/// `too_large`: likewise. `file` is whole or not there.
domain::expected<std::string> pack(const std::filesystem::path& folder, const std::filesystem::path& file,
                                   const archive_limits& limits = {});

/// A package's name on the mesh: SHA-256 over the archive's bytes, 64 lower-case hex digits. `not_found` or
/// `storage_failed` if the file cannot be read.
domain::expected<std::string> checksum_of(const std::filesystem::path& archive);

} // namespace fedloom::package
