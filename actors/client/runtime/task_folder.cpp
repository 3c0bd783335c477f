#include "actors/client/runtime/task_folder.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

namespace fedloom::client {
namespace {
constexpr std::string_view prefix = "task-";
}

domain::expected<task_folder> task_folder::create(const std::filesystem::path& parent) {
  std::error_code problem;
  // Entry points run in another working directory: their arguments must not depend on it.
  const auto absolute = std::filesystem::absolute(parent, problem);
  if (!problem)
    std::filesystem::create_directories(absolute, problem);
  if (problem)
    return domain::failure(domain::errc::storage_failed, "cannot create " + parent.string() + ": " + problem.message());
  auto name = (absolute / prefix).string() + "XXXXXX";
  if (::mkdtemp(name.data()) == nullptr)
    return domain::failure(domain::errc::storage_failed, "cannot create " + name + ": " + std::strerror(errno));
  return task_folder(name);
}

void task_folder::sweep(const std::filesystem::path& parent) {
  std::error_code ignored;
  for (std::filesystem::directory_iterator entry(parent, ignored), end; !ignored && entry != end;
       entry.increment(ignored))
    if (entry->path().filename().string().starts_with(prefix)) {
      std::error_code kept;
      std::filesystem::remove_all(entry->path(), kept);
    }
}

task_folder::task_folder(task_folder&& other) noexcept : path_(std::exchange(other.path_, {})) {}

task_folder::~task_folder() {
  std::error_code ignored;
  if (!path_.empty())
    std::filesystem::remove_all(path_, ignored);
}

} // namespace fedloom::client
