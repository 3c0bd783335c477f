#include "actors/package/pack.hpp"

#include "actors/package/archive_path.hpp"
#include "actors/package/ignore_rules.hpp"
#include "actors/security/sha256_file.hpp"
#include "actors/storage/durable_file.hpp"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <cerrno>
#include <fstream>
#include <memory>
#include <system_error>
#include <vector>

namespace fedloom::package {
namespace {

namespace fs = std::filesystem;
using domain::errc;
using domain::failure;

constexpr const char* description_file = "fedn.yaml";

struct free_writer {
  void operator()(archive* writer) const { archive_write_free(writer); }
};
using writer_handle = std::unique_ptr<archive, free_writer>;

struct free_entry {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

/// What belongs to the machine and not to the project.
bool is_of_this_machine(const fs::path& folder) {
  std::error_code unknown;
  return folder.filename() == "__pycache__" || fs::exists(folder / "pyvenv.cfg", unknown);
}

/// The project's files by their paths below it, sorted.
class listing {
public:
  listing(fs::path folder, fs::path output, ignore_rules rules, const archive_limits& limits)
      : folder_(std::move(folder)), output_(std::move(output)), rules_(std::move(rules)), limits_(limits) {}

  domain::expected<std::vector<fs::path>> files() {
    if (auto walked = walk(); !walked)
      return tl::unexpected(walked.error());
    std::ranges::sort(files_);
    return std::move(files_);
  }

private:
  domain::expected<void> walk() {
    std::error_code problem;
    for (fs::recursive_directory_iterator entry(folder_, problem), end; !problem && entry != end;
         entry.increment(problem)) {
      const auto relative = entry->path().lexically_relative(folder_);
      const auto type = entry->symlink_status(problem).type();
      if (problem)
        break;
      if (rules_.ignores(relative) || (type == fs::file_type::directory && is_of_this_machine(entry->path()))) {
        entry.disable_recursion_pending();
        continue;
      }
      if (type == fs::file_type::directory)
        continue;
      if (auto taken = take(entry->path(), relative, type); !taken)
        return taken;
    }
    if (problem)
      return tl::unexpected(storage::file_error("read", folder_, problem.value()));
    return {};
  }

  domain::expected<void> take(const fs::path& file, const fs::path& relative, fs::file_type type) {
    if (type != fs::file_type::regular)
      return failure(errc::unsupported, file.string() +
                                            " is no regular file, and would be refused by clients: replace " +
                                            "it by what it stands for, or name it in .fednignore");
    std::error_code unknown;
    if (fs::equivalent(file, output_, unknown))
      return {};
    if (auto allowed = archive_path(relative.generic_string(), limits_); !allowed)
      return tl::unexpected(allowed.error());
    files_.push_back(relative);
    bytes_ += fs::file_size(file, unknown);
    if (files_.size() > limits_.entries || bytes_ > limits_.bytes)
      return failure(errc::too_large, folder_.string() + " holds more than " + std::to_string(limits_.entries) +
                                          " files or " + std::to_string(limits_.bytes) +
                                          " bytes: name what is not needed in .fednignore");
    return {};
  }

  fs::path folder_;
  fs::path output_;
  ignore_rules rules_;
  archive_limits limits_;
  std::vector<fs::path> files_;
  std::uint64_t bytes_ = 0;
};

/// A .tgz without anything that differs from one machine or minute to another.
class archive_writer {
public:
  domain::expected<void> open(const fs::path& file) {
    archive_write_set_format_gnutar(handle_.get());
    archive_write_add_filter_gzip(handle_.get());
    archive_write_set_options(handle_.get(), "gzip:!timestamp,gzip:compression-level=6");
    return check(archive_write_open_filename(handle_.get(), file.c_str()));
  }
  domain::expected<void> add(const fs::path& file, const fs::path& name) {
    std::error_code problem;
    const auto status = fs::status(file, problem);
    const auto size = fs::file_size(file, problem);
    std::ifstream in(file, std::ios::binary);
    if (problem || !in)
      return tl::unexpected(storage::file_error("read", file, problem ? problem.value() : EACCES));
    const std::unique_ptr<archive_entry, free_entry> entry(archive_entry_new());
    const bool runs = (status.permissions() & fs::perms::owner_exec) != fs::perms::none;
    archive_entry_set_pathname(entry.get(), name.generic_string().c_str());
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), runs ? 0755 : 0644);
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
    archive_entry_set_mtime(entry.get(), 0, 0);
    return check(archive_write_header(handle_.get(), entry.get())).and_then([&] { return copy(in, size, file); });
  }
  domain::expected<void> close() { return check(archive_write_close(handle_.get())); }

private:
  domain::expected<void> copy(std::ifstream& in, std::uintmax_t size, const fs::path& file) {
    std::array<char, 64 * 1024> block;
    for (std::uintmax_t left = size; left > 0;) {
      const auto wanted = std::min<std::uintmax_t>(left, block.size());
      if (!in.read(block.data(), static_cast<std::streamsize>(wanted)))
        return failure(errc::storage_failed, file.string() + " changed while it was packed");
      if (archive_write_data(handle_.get(), block.data(), wanted) < 0)
        return check(ARCHIVE_FATAL);
      left -= wanted;
    }
    return {};
  }
  domain::expected<void> check(int status) const {
    if (status == ARCHIVE_OK || status == ARCHIVE_WARN)
      return {};
    const char* reason = archive_error_string(handle_.get());
    const bool full = archive_errno(handle_.get()) == ENOSPC;
    return failure(full ? errc::storage_full : errc::storage_failed,
                   std::string("cannot write the archive: ") + (reason == nullptr ? "unknown reason" : reason));
  }

  writer_handle handle_{archive_write_new()};
};

domain::expected<void> write_archive(const fs::path& folder, const std::vector<fs::path>& files, const fs::path& file) {
  archive_writer writer;
  auto written = writer.open(file);
  for (const auto& name : files) {
    if (!written)
      return written;
    written = writer.add(folder / name, name);
  }
  return written.and_then([&] { return writer.close(); });
}

} // namespace

domain::expected<std::string> pack(const fs::path& folder, const fs::path& file, const archive_limits& limits) {
  std::error_code unknown;
  if (!fs::is_regular_file(folder / description_file, unknown))
    return failure(errc::not_found, "there is no " + std::string(description_file) + " in " + folder.string());
  auto rules = ignore_rules::of(folder);
  if (!rules)
    return tl::unexpected(rules.error());
  const auto unfinished = fs::path(file).concat(storage::unfinished_suffix);
  auto files = listing(folder, file, std::move(*rules), limits).files();
  if (!files)
    return tl::unexpected(files.error());
  std::erase(*files, unfinished.lexically_relative(folder));
  if (auto written = write_archive(folder, *files, unfinished); !written) {
    fs::remove(unfinished, unknown);
    return tl::unexpected(written.error());
  }
  std::error_code problem;
  fs::rename(unfinished, file, problem);
  if (problem)
    return tl::unexpected(storage::file_error("create", file, problem.value()));
  return checksum_of(file);
}

domain::expected<std::string> checksum_of(const fs::path& archive) {
  return security::sha256_of_file(archive).map([](const auto& digest) { return security::to_hex(digest); });
}

} // namespace fedloom::package
