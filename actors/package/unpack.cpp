#include "actors/package/unpack.hpp"

#include "actors/package/archive_path.hpp"
#include "actors/storage/durable_file.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <fcntl.h>
#include <memory>
#include <set>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace fedloom::package {
namespace {

using domain::errc;
using domain::failure;
using std::filesystem::path;

constexpr std::size_t block_bytes = 64 * 1024;

struct free_reader {
  void operator()(archive* reader) const { archive_read_free(reader); }
};
using reader_handle = std::unique_ptr<archive, free_reader>;

tl::unexpected<domain::error> unwritable(const char* what, const path& file, int number) {
  return tl::unexpected(storage::file_error(what, file, number));
}

std::string reason_of(archive* reader) {
  const char* text = archive_error_string(reader);
  return text == nullptr ? "unreadable" : shown_name(text);
}

/// The name as text; none if it is in no encoding that could be told.
std::optional<std::string> name_of(archive_entry* entry) {
  if (const char* text = archive_entry_pathname_utf8(entry); text != nullptr)
    return text;
  if (const char* bytes = archive_entry_pathname(entry); bytes != nullptr)
    return bytes;
  return std::nullopt;
}

/// One archive on its way into one folder.
class unpacking {
public:
  unpacking(path folder, const archive_limits& limits, std::uint64_t archive_bytes)
      : folder_(std::move(folder)), limits_(limits),
        bytes_most_(std::min(limits.bytes, archive_bytes * limits.ratio + limits.ratio_allowance)) {}

  domain::expected<void> take(archive* reader, archive_entry* entry) {
    if (++entries_ > limits_.entries)
      return failure(errc::too_large, "it has more than " + std::to_string(limits_.entries) + " entries");
    const auto name = name_of(entry);
    if (!name)
      return failure(errc::malformed, "entry " + std::to_string(entries_) + " has an unreadable name");
    auto inside = archive_path(*name, limits_);
    if (!inside)
      return tl::unexpected(std::move(inside).error());
    if (auto allowed = check_kind(entry, *name); !allowed)
      return allowed;
    if (archive_entry_filetype(entry) == AE_IFDIR)
      return make_folder(*inside, *name);
    if (inside->empty())
      return failure(errc::malformed, "the entry " + shown_name(*name) + " is a file without a name");
    return make_folder(inside->parent_path(), *name).and_then([&] { return copy(reader, entry, *inside, *name); });
  }

private:
  static domain::expected<void> check_kind(archive_entry* entry, const std::string& name) {
    const auto refuse = [&](const char* what) {
      return failure(errc::malformed, "the entry " + shown_name(name) + " is " + what);
    };
    // A hard link's type is that of a file.
    if (archive_entry_hardlink(entry) != nullptr || archive_entry_filetype(entry) == AE_IFLNK)
      return refuse("a link");
    const auto type = archive_entry_filetype(entry);
    if (type != AE_IFREG && type != AE_IFDIR)
      return refuse("neither a file nor a folder");
    if (type == AE_IFREG && (archive_entry_mode(entry) & (S_ISUID | S_ISGID)) != 0)
      return refuse("setuid or setgid");
    return {};
  }

  /// No link is ever made below folder_, so that a path without ".." stays inside.
  domain::expected<void> make_folder(const path& inside, const std::string& name) {
    std::error_code problem;
    std::filesystem::create_directories(folder_ / inside, problem);
    if (problem == std::errc::not_a_directory || problem == std::errc::file_exists)
      return failure(errc::malformed, "the entry " + shown_name(name) + " needs a folder where a file stands");
    if (problem)
      return unwritable("create", folder_ / inside, problem.value());
    return {};
  }

  domain::expected<void> copy(archive* reader, archive_entry* entry, const path& inside, const std::string& name) {
    if (!files_.insert(inside.string()).second)
      return failure(errc::malformed, "the entry " + shown_name(name) + " stands there twice");
    const auto file = folder_ / inside;
    const mode_t mode = (archive_entry_mode(entry) & 0111U) != 0 ? 0755 : 0644;
    const int out = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (out < 0 && (errno == EEXIST || errno == EISDIR))
      return failure(errc::malformed, "the entry " + shown_name(name) + " stands there twice");
    if (out < 0)
      return unwritable("create", file, errno);
    auto copied = copy_content(reader, out, file, name);
    if (::close(out) != 0 && copied)
      return unwritable("write", file, errno);
    return copied;
  }

  domain::expected<void> copy_content(archive* reader, int out, const path& file, const std::string& name) {
    std::array<char, block_bytes> block;
    for (;;) {
      // Holes of sparse files come as zeros, and so count like any other bytes.
      const auto count = archive_read_data(reader, block.data(), block.size());
      if (count < 0)
        return failure(errc::malformed, "the entry " + shown_name(name) + " is damaged: " + reason_of(reader));
      if (count == 0)
        return {};
      bytes_ += static_cast<std::uint64_t>(count);
      if (bytes_ > bytes_most_)
        return failure(errc::too_large, "with the entry " + shown_name(name) + " it grows beyond " +
                                            std::to_string(bytes_most_) + " bytes" +
                                            (bytes_most_ < limits_.bytes ? ", too many for an archive so small" : ""));
      if (auto written = write_all(out, {block.data(), static_cast<std::size_t>(count)}, file); !written)
        return written;
    }
  }

  static domain::expected<void> write_all(int out, std::string_view bytes, const path& file) {
    while (!bytes.empty()) {
      const auto count = ::write(out, bytes.data(), bytes.size());
      if (count < 0 && errno != EINTR)
        return unwritable("write", file, errno);
      if (count > 0)
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
  }

  path folder_;
  archive_limits limits_;
  std::uint64_t bytes_most_;
  std::uint64_t entries_ = 0;
  std::uint64_t bytes_ = 0;
  std::set<std::string> files_;
};

domain::expected<void> take_all(archive* reader, unpacking& into) {
  for (;;) {
    archive_entry* entry = nullptr;
    const int status = archive_read_next_header(reader, &entry);
    if (status == ARCHIVE_EOF)
      return {};
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN)
      return failure(errc::malformed, "it is damaged: " + reason_of(reader));
    if (auto taken = into.take(reader, entry); !taken)
      return taken;
  }
}

} // namespace

domain::expected<void> unpack(const path& archive, const path& folder, const archive_limits& limits) {
  std::error_code problem;
  const auto archive_bytes = std::filesystem::file_size(archive, problem);
  if (problem)
    return failure(errc::not_found, "there is no archive " + archive.string());
  const reader_handle reader(archive_read_new());
  archive_read_support_format_tar(reader.get());
  archive_read_support_filter_gzip(reader.get());
  archive_read_support_filter_bzip2(reader.get());
  if (archive_read_open_filename(reader.get(), archive.c_str(), block_bytes) != ARCHIVE_OK)
    return failure(errc::malformed,
                   archive.filename().string() + " is no .tgz, .tar.gz or .tar.bz2: " + reason_of(reader.get()));
  unpacking into(folder, limits, archive_bytes);
  return take_all(reader.get(), into).map_error([&](domain::error refused) {
    refused.text = archive.filename().string() + " is refused: " + refused.text;
    return refused;
  });
}

} // namespace fedloom::package
