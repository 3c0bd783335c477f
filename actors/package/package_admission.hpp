#pragma once
#include "actors/package/package_shelf.hpp"
#include "actors/security/minisign.hpp"

#include <string_view>
#include <vector>

namespace fedloom::package {

/// Which compute packages a client runs: its owner decides, not the controller.
struct package_trust {
  std::vector<security::minisign_key> keys; ///< any: only packages signed by one of them
  std::optional<std::string> checksum;      ///< any: only this package
  archive_limits limits;
};

/// Puts the archive on the shelf if it is to be trusted; nothing of it is unpacked before that is known. `signature` is
/// the content of its .minisig file, empty if it has none: `denied` if there should be one. Besides that the errors of
/// `verify_minisign` and of `package_shelf::put`.
domain::expected<shelved_package> admit(const std::filesystem::path& archive, std::string_view signature,
                                        const package_trust& trust, const package_shelf& shelf);

} // namespace fedloom::package
