#pragma once
#include "messages/domain/expected.hpp"

#include <filesystem>

namespace fedloom::model {

/// A file that appears under its name only when it is complete: written under a temporary name in the same folder, then
/// renamed. What was not committed is removed.
class new_file {
public:
  explicit new_file(std::filesystem::path destination);
  ~new_file();
  new_file(const new_file&) = delete;
  new_file& operator=(const new_file&) = delete;

  /// Where to write.
  const std::filesystem::path& path() const noexcept { return temporary_; }
  /// Takes the place of what had the name before. `storage_failed` names the file.
  domain::expected<void> commit();

private:
  std::filesystem::path destination_;
  std::filesystem::path temporary_;
};

} // namespace fedloom::model
