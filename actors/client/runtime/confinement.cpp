#include "actors/client/runtime/confinement.hpp"

#include <sys/stat.h>
#include <system_error>

namespace fedloom::client {

std::uint64_t bytes_below(const std::vector<std::filesystem::path>& folders) {
  namespace fs = std::filesystem;
  constexpr std::uint64_t block = 512;
  std::uint64_t bytes = 0;
  for (const auto& folder : folders) {
    std::error_code gone;
    for (fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, gone), end;
         !gone && entry != end; entry.increment(gone)) {
      struct stat about {};
      // What is on the disk: a file with holes fills it no more than its content does.
      if (::lstat(entry->path().c_str(), &about) == 0)
        bytes += static_cast<std::uint64_t>(about.st_blocks) * block;
    }
  }
  return bytes;
}

} // namespace fedloom::client
