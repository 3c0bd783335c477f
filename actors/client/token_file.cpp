#include "actors/client/token_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace fedloom::client {

namespace {

tl::unexpected<domain::error> failed(const std::filesystem::path& file, const char* what) {
  return domain::failure(domain::errc::storage_failed,
                         std::string(what) + " " + file.string() + ": " + std::strerror(errno));
}

/// Makes the rename durable.
bool sync_folder_of(const std::filesystem::path& file) {
  const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = fd >= 0 && ::fsync(fd) == 0;
  if (fd >= 0) {
    ::close(fd);
  }
  return synced;
}

} // namespace

domain::expected<domain::token> read_token(const std::filesystem::path& file) {
  std::error_code broken;
  if (file.empty() || (!std::filesystem::exists(file, broken) && !broken)) {
    return domain::token{};
  }
  std::ifstream in(file);
  std::string text;
  if (!(in >> text)) {
    return failed(file, "cannot read");
  }
  return domain::token_from_hex(text);
}

domain::expected<void> write_token(const std::filesystem::path& file, const domain::token& value) {
  if (file.empty()) {
    return {};
  }
  auto temporary = file;
  temporary += ".new";
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) {
    return failed(temporary, "cannot create");
  }
  const auto text = domain::to_hex(value) + "\n";
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  ::close(fd);
  if (!written || ::rename(temporary.c_str(), file.c_str()) != 0 || !sync_folder_of(file)) {
    return failed(file, "cannot write");
  }
  return {};
}

} // namespace fedloom::client
