#include "actors/model/zip_reader.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <system_error>
#include <unzip.h>

namespace fedloom::model {

namespace {

using domain::errc;
using domain::failure;

constexpr std::uint64_t deflate_ratio = 1032;
constexpr std::size_t name_limit = 1024;
constexpr std::size_t read_slice = std::size_t{1} << 20;

/// The archive in memory, as the "file" that minizip reads.
struct memory_file {
  domain::byte_span bytes;
  std::uint64_t at = 0;
};

memory_file& as_memory(voidpf stream) { return *static_cast<memory_file*>(stream); }

voidpf memory_open(voidpf opaque, const void*, int) { return opaque; }

uLong memory_read(voidpf, voidpf stream, void* into, uLong count) {
  auto& file = as_memory(stream);
  const auto here = std::min<std::uint64_t>(file.at, file.bytes.size());
  const auto taken = std::min<std::uint64_t>(count, file.bytes.size() - here);
  if (taken > 0) {
    std::memcpy(into, file.bytes.data() + here, taken);
  }
  file.at = here + taken;
  return taken;
}

ZPOS64_T memory_tell(voidpf, voidpf stream) { return as_memory(stream).at; }

long memory_seek(voidpf, voidpf stream, ZPOS64_T offset, int origin) {
  auto& file = as_memory(stream);
  const std::uint64_t base = origin == SEEK_SET ? 0 : origin == SEEK_CUR ? file.at : file.bytes.size();
  std::uint64_t target = 0;
  if (__builtin_add_overflow(base, offset, &target) || target > file.bytes.size()) {
    return -1;
  }
  file.at = target;
  return 0;
}

int memory_close(voidpf, voidpf) { return 0; }
int memory_error(voidpf, voidpf) { return 0; }

domain::error damaged(const std::string& what) { return {errc::malformed, "the archive is damaged: " + what}; }

/// Whether this member may be read at all.
domain::error fault_of(const unz_file_info64& about, const std::string& name) {
  if ((about.flag & 1U) != 0) {
    return {errc::unsupported, "the archive's member " + name + " is encrypted"};
  }
  if (about.compression_method == 0 && about.compressed_size != about.uncompressed_size) {
    return damaged(name + " is stored but has two lengths");
  }
  if (about.compression_method != 0 && about.compression_method != Z_DEFLATED) {
    return {errc::unsupported, "the archive's member " + name + " is packed by method " +
                                   std::to_string(about.compression_method) + ", only stored and deflated can be read"};
  }
  if (about.uncompressed_size / deflate_ratio > about.compressed_size) {
    return damaged(name + " claims a length that it cannot have");
  }
  return {};
}

} // namespace

struct zip_reader::archive {
  memory_file memory;
  std::uint64_t bytes = 0;
  unzFile handle = nullptr;
};

void zip_reader::closer::operator()(archive* what) const {
  if (what->handle != nullptr) {
    unzClose(what->handle);
  }
  delete what;
}

domain::expected<zip_reader> zip_reader::open(const std::filesystem::path& file) {
  std::error_code problem;
  const auto bytes = std::filesystem::file_size(file, problem);
  if (problem) {
    return failure(errc::not_found, "cannot read " + file.string() + ": " + problem.message());
  }
  std::unique_ptr<archive, closer> opened(new archive{{}, bytes, unzOpen64(file.c_str())});
  if (opened->handle == nullptr) {
    return failure(errc::malformed, file.string() + " is not a zip archive");
  }
  return zip_reader(std::move(opened));
}

domain::expected<zip_reader> zip_reader::open(domain::byte_span bytes) {
  std::unique_ptr<archive, closer> opened(new archive{{bytes, 0}, bytes.size(), nullptr});
  zlib_filefunc64_def functions{memory_open, memory_read,  nullptr,      memory_tell,
                                memory_seek, memory_close, memory_error, &opened->memory};
  opened->handle = unzOpen2_64("memory", &functions);
  if (opened->handle == nullptr) {
    return failure(errc::malformed, "not a zip archive");
  }
  return zip_reader(std::move(opened));
}

domain::expected<std::vector<zip_member>> zip_reader::members(std::size_t limit) {
  const auto handle = archive_->handle;
  unz_global_info64 directory{};
  if (unzGetGlobalInfo64(handle, &directory) != UNZ_OK) {
    return tl::unexpected(damaged("its directory cannot be read"));
  }
  if (directory.number_entry > limit) {
    return failure(errc::too_large, "the archive has " + std::to_string(directory.number_entry) +
                                        " members, the limit is " + std::to_string(limit));
  }
  std::vector<zip_member> found;
  std::uint64_t packed_bytes = 0;
  for (std::uint64_t i = 0; i < directory.number_entry; ++i) {
    unz_file_info64 about{};
    unz64_file_pos position{};
    std::array<char, name_limit + 1> name{};
    if ((i == 0 ? unzGoToFirstFile(handle) : unzGoToNextFile(handle)) != UNZ_OK ||
        unzGetCurrentFileInfo64(handle, &about, name.data(), name.size(), nullptr, 0, nullptr, 0) != UNZ_OK ||
        unzGetFilePos64(handle, &position) != UNZ_OK) {
      return tl::unexpected(damaged("its directory cannot be read"));
    }
    if (about.size_filename > name_limit) {
      return failure(errc::too_large, "the archive has a member whose name is longer than 1024 bytes");
    }
    std::string text(name.data(), about.size_filename);
    if (auto fault = fault_of(about, text); fault.code != errc::none) {
      return tl::unexpected(std::move(fault));
    }
    if (about.compressed_size > archive_->bytes - packed_bytes) {
      return tl::unexpected(damaged("its members overlap or reach beyond its end"));
    }
    packed_bytes += about.compressed_size;
    found.push_back({std::move(text), about.uncompressed_size, position.pos_in_zip_directory, position.num_of_file});
  }
  return found;
}

domain::expected<void> zip_reader::enter(const zip_member& member) {
  unz64_file_pos position{member.directory_offset, member.number};
  if (unzGoToFilePos64(archive_->handle, &position) != UNZ_OK || unzOpenCurrentFile(archive_->handle) != UNZ_OK) {
    return tl::unexpected(damaged("member " + member.name + " cannot be opened"));
  }
  return {};
}

domain::expected<void> zip_reader::read(std::span<std::byte> into) {
  while (!into.empty()) {
    const auto asked = static_cast<unsigned>(std::min(into.size(), read_slice));
    const int got = unzReadCurrentFile(archive_->handle, into.data(), asked);
    if (got <= 0) {
      return tl::unexpected(damaged("a member ends before its end"));
    }
    into = into.subspan(static_cast<std::size_t>(got));
  }
  return {};
}

domain::expected<void> zip_reader::leave() {
  if (unzCloseCurrentFile(archive_->handle) != UNZ_OK) {
    return tl::unexpected(damaged("a member's checksum is wrong"));
  }
  return {};
}

} // namespace fedloom::model
