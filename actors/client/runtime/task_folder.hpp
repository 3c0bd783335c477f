#pragma once
#include "messages/domain/expected.hpp"

#include <filesystem>

namespace fedloom::client {

/// A fresh private folder for the files of one task; removed with all it holds when the object goes.
class task_folder {
public:
  /// Creates it below `parent`, which is created too if need be. `storage_failed` names the folder.
  static domain::expected<task_folder> create(const std::filesystem::path& parent);
  /// Removes what a killed process left behind. Nobody else may be using `parent`.
  static void sweep(const std::filesystem::path& parent);

  task_folder(task_folder&& other) noexcept;
  task_folder& operator=(task_folder&&) = delete;
  ~task_folder();

  const std::filesystem::path& path() const noexcept { return path_; }

private:
  explicit task_folder(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
};

} // namespace fedloom::client
