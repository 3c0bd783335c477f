#include "actors/storage/durable_file.hpp"

#include "actors/kernel/crash_point.hpp"

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

bool is_full(int code) {
  return code == ENOSPC || code == EDQUOT || code == EFBIG;
}

const char* advice_for(int code) {
  if (is_full(code)) {
    return "free space on that disk, or move the folder to a larger one";
  }
  switch (code) {
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
  return {is_full(code) ? domain::errc::storage_full : domain::errc::storage_failed,
          std::string{"cannot "} + what + ' ' + file.string() + ": " + std::generic_category().message(code) + "; " +
              advice_for(code)};
}

domain::expected<void> sync_folder(const std::filesystem::path& folder) {
  const descriptor opened{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!opened || ::fsync(opened.number()) != 0) {
    return tl::unexpected(file_error("sync", folder, errno));
  }
  return {};
}

domain::expected<void> prepare_store_folder(const std::filesystem::path& folder, const char* what) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (!failed) {
    std::filesystem::directory_iterator{folder, failed}; // readable?
  }
  if (failed) {
    return tl::unexpected(file_error(what, folder, failed.value()));
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    if (entry.path().extension() == unfinished_suffix) {
      std::filesystem::remove(entry.path(), failed);
    }
  }
  return {};
}

unfinished_file::unfinished_file(const std::filesystem::path& beside)
    : unfinished_(unfinished_name(beside)),
      out_(::open(unfinished_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640)) {
  if (!out_) {
    failure_ = file_error("create", unfinished_, errno);
  }
}

unfinished_file::~unfinished_file() {
  if (out_ && !is_named_) {
    ::unlink(unfinished_.c_str());
  }
}

domain::expected<void> unfinished_file::append(domain::byte_span bytes) {
  if (failure_.code == domain::errc::none && !write_all(out_.number(), bytes)) {
    failure_ = file_error("write", unfinished_, errno);
  }
  // Only a hint: the disk begins with it while the rest is being made.
  ::sync_file_range(out_.number(), length_, static_cast<off_t>(bytes.size()), SYNC_FILE_RANGE_WRITE);
  length_ += static_cast<off_t>(bytes.size());
  return outcome();
}

domain::expected<void> unfinished_file::sync() {
  if (failure_.code == domain::errc::none && ::fdatasync(out_.number()) != 0) {
    failure_ = file_error("write", unfinished_, errno);
  }
  return outcome();
}

domain::expected<void> unfinished_file::name(const std::filesystem::path& file) {
  if (failure_.code != domain::errc::none) {
    return outcome();
  }
  kernel::crash_point("before-rename");
  if (::rename(unfinished_.c_str(), file.c_str()) != 0) {
    failure_ = file_error("name", file, errno);
    return outcome();
  }
  is_named_ = true;
  return sync_folder(file.parent_path());
}

domain::expected<void> unfinished_file::outcome() const {
  return failure_.code == domain::errc::none ? domain::expected<void>{} : tl::unexpected(failure_);
}

domain::expected<void> write_durably(const std::filesystem::path& file, domain::byte_span bytes) {
  return write_durably(file, std::span(&bytes, 1));
}

domain::expected<void> write_durably(const std::filesystem::path& file, std::span<const domain::byte_span> pieces) {
  unfinished_file out(file);
  for (const auto& piece : pieces) {
    if (auto written = out.append(piece); !written) {
      return written;
    }
  }
  if (auto synced = out.sync(); !synced) {
    return synced;
  }
  return out.name(file);
}

} // namespace fedloom::storage
