#pragma once
#include "actors/package/archive_limits.hpp"
#include "messages/domain/expected.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace fedloom::package {

/// Where an archive's entry may be written: a path without root, "." and "..", empty for the archive's own root.
/// `malformed` for a name that is absolute, climbs, or holds control characters; `too_large` beyond the limits. The
/// text names the entry.
domain::expected<std::filesystem::path> archive_path(std::string_view name, const archive_limits& limits);

/// An entry's name for errors and logs: printable ASCII, cut if it is long.
std::string shown_name(std::string_view name);

} // namespace fedloom::package
