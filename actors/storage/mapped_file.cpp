#include "actors/storage/mapped_file.hpp"

#include "actors/storage/durable_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>

namespace fedloom::storage {

domain::expected<domain::shared_bytes> map_file(const std::filesystem::path& file) {
  const descriptor opened{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!opened && errno == ENOENT) {
    return domain::failure(domain::errc::not_found, "no file " + file.string());
  }
  struct stat status {};
  if (!opened || ::fstat(opened.number(), &status) != 0) {
    return tl::unexpected(file_error("open", file, errno));
  }
  const auto length = static_cast<std::size_t>(status.st_size);
  if (length == 0) {
    return domain::shared_bytes{}; // mmap refuses an empty range
  }
  void* address = ::mmap(nullptr, length, PROT_READ, MAP_PRIVATE, opened.number(), 0);
  if (address == MAP_FAILED) {
    return tl::unexpected(file_error("map", file, errno));
  }
  ::madvise(address, length, MADV_WILLNEED);
  const std::shared_ptr<const void> owner(address,
                                          [length](const void* at) { ::munmap(const_cast<void*>(at), length); });
  return domain::shared_bytes{owner, {static_cast<const std::byte*>(address), length}};
}

} // namespace fedloom::storage
