#pragma once
#include "messages/domain/expected.hpp"

#include <filesystem>

namespace fedloom::storage {

/// Moves a folder that cannot be used out of the way, to "<folder>.damaged-<n>" beside it, for whoever wants to look at
/// it. `n` counts on: nothing is overwritten. At most `keep` of them stay, the oldest go. Answers the new name;
/// `storage_failed` says why it has to stay.
domain::expected<std::filesystem::path> set_aside(const std::filesystem::path& folder, std::size_t keep);

} // namespace fedloom::storage
