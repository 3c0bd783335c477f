#pragma once
#include "messages/domain/expected.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace fedloom::package {

/// FEDn's .fednignore: one shell pattern a line, held against the path below the project and against its last name;
/// * matches / too. Blank lines and lines that begin with # say nothing; a / at the end is passed over.
class ignore_rules {
public:
  explicit ignore_rules(std::string_view text);
  /// Of this folder's .fednignore; no rules if there is none.
  static domain::expected<ignore_rules> of(const std::filesystem::path& folder);

  bool ignores(const std::filesystem::path& relative) const;

private:
  std::vector<std::string> patterns_;
};

} // namespace fedloom::package
