#pragma once
#include "actors/package/archive_limits.hpp"
#include "messages/domain/expected.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace fedloom::package {

/// The folder that holds fedn.yaml: `folder` itself or the one nearest to it below, the first by name if several are as
/// near. `not_found` if there is none.
domain::expected<std::filesystem::path> find_project(const std::filesystem::path& folder);

struct shelved_package {
  std::string checksum;              ///< of its archive, see checksum_of
  std::filesystem::path project_dir; ///< absolute
};

/// A folder of unpacked compute packages, each below a folder named by its archive's checksum. A package stands there
/// whole or not at all, also after a power cut. Any number of threads and processes may put and find.
class package_shelf {
public:
  explicit package_shelf(std::filesystem::path folder);

  /// Unpacks the archive unless it stands there already. `digest_mismatch` if it is not the one that was `expected`;
  /// the errors of `unpack`; `not_found` if there is no fedn.yaml in it. Nothing is left behind on an error.
  domain::expected<shelved_package> put(const std::filesystem::path& archive,
                                        const std::optional<std::string>& expected = std::nullopt,
                                        const archive_limits& limits = {}) const;
  /// `not_found` if it has not been put.
  domain::expected<shelved_package> find(const std::string& checksum) const;
  /// Removes what a killed process left half unpacked. Nobody else may be using the folder.
  void sweep() const;

private:
  std::filesystem::path folder_;
};

} // namespace fedloom::package
