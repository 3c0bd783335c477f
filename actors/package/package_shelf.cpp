#include "actors/package/package_shelf.hpp"

#include "actors/package/pack.hpp"
#include "actors/package/unpack.hpp"
#include "actors/storage/durable_file.hpp"

#include <algorithm>
#include <cstdlib>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace fedloom::package {
namespace {

namespace fs = std::filesystem;
using domain::errc;
using domain::failure;

constexpr std::string_view unfinished_prefix = "unpacking-";

/// A private folder that goes with all it holds, unless it was given a name.
class unfinished_folder {
public:
  explicit unfinished_folder(const fs::path& parent) {
    auto name = (parent / unfinished_prefix).string() + "XXXXXX";
    if (::mkdtemp(name.data()) != nullptr)
      path_ = name;
  }
  ~unfinished_folder() {
    std::error_code ignored;
    if (!path_.empty())
      fs::remove_all(path_, ignored);
  }
  unfinished_folder(const unfinished_folder&) = delete;
  unfinished_folder& operator=(const unfinished_folder&) = delete;

  const fs::path& path() const { return path_; }
  /// Puts its content on the disk and gives it its name. Who comes second finds the same content there: fine.
  domain::expected<void> name(const fs::path& final_name) {
    const storage::descriptor opened{::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!opened || ::syncfs(opened.number()) != 0)
      return tl::unexpected(storage::file_error("sync", path_, errno));
    std::error_code problem;
    fs::rename(path_, final_name, problem);
    if (problem && problem != std::errc::directory_not_empty && problem != std::errc::file_exists)
      return tl::unexpected(storage::file_error("create", final_name, problem.value()));
    if (!problem)
      path_.clear();
    return storage::sync_folder(final_name.parent_path());
  }

private:
  fs::path path_;
};

bool is_checksum(const std::string& text) {
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == 64 && std::ranges::all_of(text, is_digit);
}

} // namespace

domain::expected<fs::path> find_project(const fs::path& folder) {
  std::error_code problem;
  for (std::vector<fs::path> level{folder}; !level.empty();) {
    std::vector<fs::path> below;
    for (const auto& one : level) {
      if (fs::is_regular_file(one / "fedn.yaml", problem))
        return one;
      for (fs::directory_iterator entry(one, problem), end; !problem && entry != end; entry.increment(problem))
        if (entry->is_directory(problem) && !entry->is_symlink(problem))
          below.push_back(entry->path());
    }
    std::ranges::sort(below);
    level = std::move(below);
  }
  return failure(errc::not_found, "there is no fedn.yaml in " + folder.string());
}

package_shelf::package_shelf(fs::path folder) {
  std::error_code problem;
  folder_ = fs::absolute(folder, problem);
}

domain::expected<shelved_package> package_shelf::find(const std::string& checksum) const {
  std::error_code unknown;
  if (!is_checksum(checksum) || !fs::is_directory(folder_ / checksum, unknown))
    return failure(errc::not_found, "there is no compute package " + checksum + " in " + folder_.string());
  return find_project(folder_ / checksum).map([&](fs::path project) {
    return shelved_package{checksum, std::move(project)};
  });
}

domain::expected<shelved_package> package_shelf::put(const fs::path& archive,
                                                     const std::optional<std::string>& expected,
                                                     const archive_limits& limits) const {
  const auto checksum = checksum_of(archive);
  if (!checksum)
    return tl::unexpected(checksum.error());
  if (expected && *expected != *checksum)
    return failure(errc::digest_mismatch, "the compute package " + archive.filename().string() + " has the checksum " +
                                              *checksum + " instead of " + *expected);
  if (auto there = find(*checksum))
    return there;
  std::error_code problem;
  fs::create_directories(folder_, problem);
  unfinished_folder unfinished(folder_);
  if (unfinished.path().empty())
    return tl::unexpected(storage::file_error("create a folder in", folder_, errno));
  auto shelved = unpack(archive, unfinished.path(), limits)
                     .and_then([&] { return find_project(unfinished.path()); })
                     .and_then([&](const fs::path&) { return unfinished.name(folder_ / *checksum); });
  if (!shelved && shelved.error().code == errc::not_found)
    shelved.error().text = "there is no fedn.yaml in the compute package " + archive.filename().string();
  return shelved.and_then([&] { return find(*checksum); });
}

void package_shelf::sweep() const {
  std::error_code ignored;
  for (fs::directory_iterator entry(folder_, ignored), end; !ignored && entry != end; entry.increment(ignored))
    if (entry->path().filename().string().starts_with(unfinished_prefix)) {
      std::error_code kept;
      fs::remove_all(entry->path(), kept);
    }
}

} // namespace fedloom::package
