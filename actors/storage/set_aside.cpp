#include "actors/storage/set_aside.hpp"

#include <charconv>
#include <map>
#include <string>

namespace fedloom::storage {

namespace {

namespace fs = std::filesystem;

/// What was set aside before, by number.
std::map<std::uint64_t, fs::path> set_aside_before(const fs::path& beside, const std::string& prefix,
                                                   std::error_code& failed) {
  std::map<std::uint64_t, fs::path> found;
  for (const auto& entry : fs::directory_iterator(beside, failed)) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with(prefix)) {
      continue;
    }
    std::uint64_t number = 0;
    const auto* end = name.data() + name.size();
    if (const auto read = std::from_chars(name.data() + prefix.size(), end, number);
        read.ec == std::errc{} && read.ptr == end) {
      found.emplace(number, entry.path());
    }
  }
  return found;
}

} // namespace

domain::expected<fs::path> set_aside(const fs::path& folder, std::size_t keep) {
  const auto prefix = folder.filename().string() + ".damaged-";
  std::error_code failed;
  auto found = set_aside_before(folder.parent_path(), prefix, failed);
  const auto number = found.empty() ? 1 : found.rbegin()->first + 1;
  const auto target = folder.parent_path() / (prefix + std::to_string(number));
  if (!failed) {
    fs::rename(folder, target, failed);
  }
  if (failed) {
    return domain::failure(domain::errc::storage_failed, "cannot move the damaged " + folder.string() + " to " +
                                                             target.string() + ": " + failed.message() +
                                                             "; move it away yourself to begin anew");
  }
  found.emplace(number, target);
  while (found.size() > keep) {
    fs::remove_all(found.begin()->second, failed); // what cannot be removed harms nobody
    found.erase(found.begin());
  }
  return target;
}

} // namespace fedloom::storage
