#pragma once
#include "messages/domain/bytes.hpp"
#include "messages/domain/expected.hpp"

#include <sys/types.h>

#include <filesystem>
#include <span>
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

/// A file that is written piece by piece beside the work that makes it: under a temporary name, until it is whole and
/// gets its own. Nothing is left behind of one that was never named. After a failure (`storage_full`, `storage_failed`,
/// with the file's name) every call answers it again. One thread at a time.
class unfinished_file {
public:
  /// Its temporary name begins with this path, and lies in the same folder as its own name will. A failure to create it
  /// is told by the first call.
  explicit unfinished_file(const std::filesystem::path& beside);
  ~unfinished_file();
  unfinished_file(const unfinished_file&) = delete;
  unfinished_file& operator=(const unfinished_file&) = delete;

  domain::expected<void> append(domain::byte_span bytes);
  /// Returns when what was appended is on the disk.
  domain::expected<void> sync();
  /// After `sync`: gives it its name, in place of whatever had it before, and makes the name durable.
  domain::expected<void> name(const std::filesystem::path& file);

private:
  domain::expected<void> outcome() const;

  const std::filesystem::path unfinished_;
  descriptor out_;
  off_t length_ = 0;
  bool is_named_ = false;
  domain::error failure_;
};

/// Returns when `file` holds `bytes` and will after a power cut: temporary name, fdatasync, rename, fsync of the
/// folder. Any number of threads may write the same file. `storage_full` or `storage_failed` names the file; nothing is
/// left behind then.
domain::expected<void> write_durably(const std::filesystem::path& file, domain::byte_span bytes);
/// The same, with the pieces one behind the other.
domain::expected<void> write_durably(const std::filesystem::path& file, std::span<const domain::byte_span> pieces);

/// Makes the names in the folder durable.
domain::expected<void> sync_folder(const std::filesystem::path& folder);

/// For a folder of such files that belongs to this process: creates it if need be, sees that it can be read, and
/// removes what a crash left between creating and naming. Only before the first write: later such files belong to
/// running ones.
domain::expected<void> prepare_store_folder(const std::filesystem::path& folder, const char* what);

/// `storage_full` if that is what errno says, else `storage_failed`: "cannot <what> <file>: <reason>; <advice>".
domain::error file_error(const char* what, const std::filesystem::path& file, int code);

} // namespace fedloom::storage
