#include "actors/model/zip_writer.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <new>
#include <utility>
#include <zip.h>

namespace fedloom::model {

namespace {

using domain::errc;
using domain::failure;

constexpr std::size_t write_slice = std::size_t{1} << 20;
constexpr unsigned long utf8_names = 1UL << 11;

/// A vector, as the "file" that minizip writes.
struct memory_file {
  std::vector<std::byte>* bytes = nullptr;
  std::size_t at = 0;
};

memory_file& as_memory(voidpf stream) {
  return *static_cast<memory_file*>(stream);
}

voidpf memory_open(voidpf opaque, const void*, int) {
  return opaque;
}
uLong memory_read(voidpf, voidpf, void*, uLong) {
  return 0;
} // a fresh archive is never read

uLong memory_write(voidpf, voidpf stream, const void* from, uLong count) {
  auto& file = as_memory(stream);
  try { // no exception may pass through the C library
    if (file.at + count > file.bytes->size()) {
      file.bytes->resize(file.at + count);
    }
  } catch (const std::bad_alloc&) {
    return 0;
  }
  if (count > 0) {
    std::memcpy(file.bytes->data() + file.at, from, count);
  }
  file.at += count;
  return count;
}

ZPOS64_T memory_tell(voidpf, voidpf stream) {
  return as_memory(stream).at;
}

long memory_seek(voidpf, voidpf stream, ZPOS64_T offset, int origin) {
  auto& file = as_memory(stream);
  const std::size_t base = origin == SEEK_SET ? 0 : origin == SEEK_CUR ? file.at : file.bytes->size();
  if (base + offset > file.bytes->size()) {
    return -1;
  }
  file.at = base + offset;
  return 0;
}

int memory_close(voidpf, voidpf) {
  return 0;
}
int memory_error(voidpf, voidpf) {
  return 0;
}

tl::unexpected<domain::error> cannot_write() {
  return failure(errc::storage_failed, "the archive cannot be written: no room");
}

} // namespace

struct zip_writer::archive {
  memory_file memory;
  zipFile handle = nullptr;
  std::uint64_t zip64_from = 0xffffffff;
  /// Once a member has zip64's fields all later ones must have them too: closing a member without, minizip writes its
  /// lengths over those of the last member with.
  bool zip64 = false;
};

void zip_writer::closer::operator()(archive* what) const {
  if (what->handle != nullptr) {
    zipClose(what->handle, nullptr);
  }
  delete what;
}

domain::expected<zip_writer> zip_writer::to_file(const std::filesystem::path& file) {
  std::unique_ptr<archive, closer> opened(new archive{{}, zipOpen64(file.c_str(), APPEND_STATUS_CREATE)});
  if (opened->handle == nullptr) {
    return failure(errc::storage_failed, "cannot make " + file.string());
  }
  return zip_writer(std::move(opened));
}

domain::expected<zip_writer> zip_writer::to_memory(std::vector<std::byte>& bytes, std::uint64_t zip64_from) {
  std::unique_ptr<archive, closer> opened(new archive{{&bytes, 0}, nullptr, zip64_from});
  zlib_filefunc64_def functions{memory_open, memory_read,  memory_write, memory_tell,
                                memory_seek, memory_close, memory_error, &opened->memory};
  opened->handle = zipOpen2_64("memory", APPEND_STATUS_CREATE, nullptr, &functions);
  if (opened->handle == nullptr) {
    return cannot_write();
  }
  return zip_writer(std::move(opened));
}

domain::expected<void> zip_writer::begin(const std::string& name, std::uint64_t bytes) {
  zip_fileinfo about{};
  about.tmz_date.tm_year = 1980; // the format's first day, as NumPy writes it
  about.tmz_date.tm_mday = 1;
  const bool ascii = std::ranges::all_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  archive_->zip64 = archive_->zip64 || bytes >= archive_->zip64_from;
  const int stored = 0;
  if (zipOpenNewFileInZip4_64(archive_->handle, name.c_str(), &about, nullptr, 0, nullptr, 0, nullptr, stored, 0, 0, 0,
                              0, 0, nullptr, 0, 0, ascii ? 0 : utf8_names, archive_->zip64 ? 1 : 0) != ZIP_OK) {
    return cannot_write();
  }
  return {};
}

domain::expected<void> zip_writer::write(domain::byte_span bytes) {
  while (!bytes.empty()) {
    const auto slice = bytes.first(std::min(bytes.size(), write_slice));
    if (zipWriteInFileInZip(archive_->handle, slice.data(), static_cast<unsigned>(slice.size())) != ZIP_OK) {
      return cannot_write();
    }
    bytes = bytes.subspan(slice.size());
  }
  return {};
}

domain::expected<void> zip_writer::end() {
  if (zipCloseFileInZip(archive_->handle) != ZIP_OK) {
    return cannot_write();
  }
  return {};
}

domain::expected<void> zip_writer::finish() {
  if (zipClose(std::exchange(archive_->handle, nullptr), nullptr) != ZIP_OK) {
    return cannot_write();
  }
  return {};
}

} // namespace fedloom::model
