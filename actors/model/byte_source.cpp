#include "actors/model/byte_source.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace fedloom::model {

namespace {

class memory_source final : public byte_source {
public:
  explicit memory_source(domain::byte_span bytes) : bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_.size(); }
  bool read(std::uint64_t offset, std::span<std::byte> into) const override {
    if (offset > bytes_.size() || into.size() > bytes_.size() - offset) {
      return false;
    }
    if (!into.empty()) {
      std::memcpy(into.data(), bytes_.data() + offset, into.size());
    }
    return true;
  }

private:
  domain::byte_span bytes_;
};

class file_source final : public byte_source {
public:
  file_source(int descriptor, std::uint64_t size) : descriptor_(descriptor), size_(size) {}
  ~file_source() override { ::close(descriptor_); }
  file_source(const file_source&) = delete;
  file_source& operator=(const file_source&) = delete;

  std::uint64_t size() const override { return size_; }
  bool read(std::uint64_t offset, std::span<std::byte> into) const override {
    while (!into.empty()) {
      const auto got = ::pread(descriptor_, into.data(), into.size(), static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) {
        continue;
      }
      if (got <= 0) {
        return false;
      }
      offset += static_cast<std::uint64_t>(got);
      into = into.subspan(static_cast<std::size_t>(got));
    }
    return true;
  }

private:
  int descriptor_;
  std::uint64_t size_;
};

} // namespace

domain::expected<std::unique_ptr<byte_source>> open_source(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat about {};
  if (descriptor < 0 || ::fstat(descriptor, &about) != 0 || !S_ISREG(about.st_mode)) {
    const std::string reason = descriptor < 0 ? std::strerror(errno) : "not a regular file";
    if (descriptor >= 0) {
      ::close(descriptor);
    }
    return domain::failure(domain::errc::not_found, "cannot read " + file.string() + ": " + reason);
  }
  return std::make_unique<file_source>(descriptor, static_cast<std::uint64_t>(about.st_size));
}

std::unique_ptr<byte_source> open_source(domain::byte_span bytes) {
  return std::make_unique<memory_source>(bytes);
}

} // namespace fedloom::model
