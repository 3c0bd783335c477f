#include "actors/storage/durable_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <string>
#include <system_error>

namespace fedloom::storage {

namespace {

/// The kernel cuts longer writes anyway.
constexpr std::size_t write_slice = std::size_t{1} << 30;

bool write_all(int file, domain::byte_span bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file, bytes.data(), std::min(bytes.size(), write_slice));
    if (written >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

std::filesystem::path unfinished_name(const std::filesystem::path& file) {
  static std::atomic<std::uint64_t> sequence{0};
  return file.string() + '.' + std::to_string(::getpid()) + '.' + std::to_string(++sequence) + unfinished_suffix;
}

const char* advice_for(int code) {
  switch (code) {
  case ENOSPC:
  case EDQUOT:
  case EFBIG:
    return "free space on that disk, or move the folder to a larger one";
  case EACCES:
  case EPERM:
  case EROFS:
    return "make the folder readable and writable for this user";
  default:
    return "check the folder and its disk";
  }
}

} // namespace

descriptor::~descriptor() {
  if (number_ >= 0) {
    ::close(number_);
  }
}

domain::error file_error(const char* what, const std::filesystem::path& file, int code) {
  return {domain::errc::storage_failed, std::string{"cannot "} + what + ' ' + file.string() + ": " +
                                            std::generic_category().message(code) + "; " + advice_for(code)};
}

domain::expected<void> sync_folder(const std::filesystem::path& folder) {
  const descriptor opened{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!opened || ::fsync(opened.number()) != 0) {
    return tl::unexpected(file_error("sync", folder, errno));
  }
  return {};
}

domain::expected<void> write_durably(const std::filesystem::path& file, domain::byte_span bytes) {
  const auto unfinished = unfinished_name(file);
  {
    const descriptor out{::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640)};
    if (!out) {
      return tl::unexpected(file_error("create", unfinished, errno));
    }
    if (!write_all(out.number(), bytes) || ::fdatasync(out.number()) != 0) {
      const int code = errno;
      ::unlink(unfinished.c_str());
      return tl::unexpected(file_error("write", file, code));
    }
  }
  if (::rename(unfinished.c_str(), file.c_str()) != 0) {
    const int code = errno;
    ::unlink(unfinished.c_str());
    return tl::unexpected(file_error("name", file, code));
  }
  return sync_folder(file.parent_path());
}

} // namespace fedloom::storage
