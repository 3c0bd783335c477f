#pragma once
#include "messages/domain/bytes.hpp"
#include "messages/domain/expected.hpp"

#include <filesystem>
#include <utility>

namespace fedloom::storage {

/// Owns a file descriptor; closes it. One thread.
class descriptor {
public:
  explicit descriptor(int number = -1) : number_(number) {}
  descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~descriptor();

  explicit operator bool() const noexcept { return number_ >= 0; }
  int number() const noexcept { return number_; }

private:
  int number_;
};

/// The names of unfinished files end so; they may be removed when nobody is writing.
inline constexpr const char* unfinished_suffix = ".tmp";

/// Returns when `file` holds `bytes` and will after a power cut: temporary name, fdatasync, rename, fsync of the
/// folder. Any number of threads may write the same file. `storage_failed` names the file; nothing is left behind then.
domain::expected<void> write_durably(const std::filesystem::path& file, domain::byte_span bytes);

/// Makes the names in the folder durable.
domain::expected<void> sync_folder(const std::filesystem::path& folder);

/// `storage_failed`: "cannot <what> <file>: <reason>; <advice>", of errno.
domain::error file_error(const char* what, const std::filesystem::path& file, int code);

} // namespace fedloom::storage
