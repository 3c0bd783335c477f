#include "actors/model/zip_directory.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>

namespace fedloom::model {

namespace {

static_assert(std::endian::native == std::endian::little);

using domain::errc;
using domain::failure;

constexpr std::uint32_t end_mark = 0x06054b50;
constexpr std::uint32_t end64_mark = 0x06064b50;
constexpr std::uint32_t locator_mark = 0x07064b50;
constexpr std::uint32_t entry_mark = 0x02014b50;
constexpr std::uint32_t local_mark = 0x04034b50;
constexpr std::size_t end_bytes = 22;
constexpr std::size_t end64_bytes = 56;
constexpr std::size_t locator_bytes = 20;
constexpr std::size_t entry_bytes = 46;
constexpr std::size_t local_bytes = 30;
constexpr std::size_t comment_limit = 65535;
constexpr std::uint32_t in_zip64 = 0xffffffff; ///< the number stands in zip64's fields
constexpr std::uint16_t zip64_field = 1;
constexpr std::uint16_t deflate_method = 8;
constexpr std::uint64_t deflate_ratio = 1032;
constexpr std::size_t name_limit = 1024;
constexpr std::uint64_t directory_limit = std::uint64_t{128} << 20;

template <class T>
T load(domain::byte_span bytes, std::size_t offset) {
  T value{};
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

tl::unexpected<domain::error> damaged(const std::string& what) {
  return failure(errc::malformed, "the archive is damaged: " + what);
}

/// Where the directory lies.
struct extent {
  std::uint64_t members = 0;
  std::uint64_t bytes = 0;
  std::uint64_t offset = 0;
  std::uint64_t end = 0; ///< of everything before the end record
};

/// The end record is the last thing in an archive but for a comment, whose length it gives.
std::optional<std::size_t> find_end(domain::byte_span tail) {
  for (auto at = tail.size() - end_bytes + 1; at-- > 0;) {
    if (load<std::uint32_t>(tail, at) == end_mark &&
        load<std::uint16_t>(tail, at + 20) == tail.size() - at - end_bytes) {
      return at;
    }
  }
  return std::nullopt;
}

domain::expected<extent> find_directory64(const byte_source& archive, std::uint64_t end) {
  std::array<std::byte, locator_bytes> locator{};
  std::array<std::byte, end64_bytes> record{};
  if (end < locator.size() || !archive.read(end - locator.size(), locator) ||
      load<std::uint32_t>(locator, 0) != locator_mark) {
    return damaged("its zip64 record is missing");
  }
  const auto at = load<std::uint64_t>(locator, 8);
  if (!archive.read(at, record) || load<std::uint32_t>(record, 0) != end64_mark) {
    return damaged("its zip64 record is missing");
  }
  return extent{load<std::uint64_t>(record, 32), load<std::uint64_t>(record, 40), load<std::uint64_t>(record, 48), at};
}

domain::expected<extent> find_directory(const byte_source& archive) {
  if (archive.size() < end_bytes) {
    return failure(errc::malformed, "not a zip archive");
  }
  std::vector<std::byte> tail(
      static_cast<std::size_t>(std::min<std::uint64_t>(archive.size(), end_bytes + comment_limit)));
  const auto begin = archive.size() - tail.size();
  const auto at = archive.read(begin, tail) ? find_end(tail) : std::nullopt;
  if (!at) {
    return failure(errc::malformed, "not a zip archive, or cut off");
  }
  domain::expected<extent> found = extent{load<std::uint16_t>(tail, *at + 10), load<std::uint32_t>(tail, *at + 12),
                                          load<std::uint32_t>(tail, *at + 16), begin + *at};
  if (found->members == 0xffff || found->bytes == in_zip64 || found->offset == in_zip64) {
    found = find_directory64(archive, begin + *at);
  }
  if (found && (found->bytes > found->end || found->offset > found->end - found->bytes)) {
    return damaged("its directory lies beyond its end");
  }
  return found;
}

/// Replaces the numbers of `member` that stand in zip64's fields; false when they are not there.
bool read_zip64(domain::byte_span extra, zip_member& member) {
  std::uint64_t* const wanted[] = {&member.unpacked_bytes, &member.packed_bytes, &member.header_offset};
  if (std::ranges::none_of(wanted, [](const auto* number) { return *number == in_zip64; })) {
    return true;
  }
  while (extra.size() >= 4) {
    const std::size_t length = load<std::uint16_t>(extra, 2);
    if (length > extra.size() - 4) {
      return false;
    }
    if (load<std::uint16_t>(extra, 0) == zip64_field) {
      std::size_t at = 4;
      for (auto* const number : wanted) {
        if (*number == in_zip64) {
          if (at + sizeof *number > length + 4) {
            return false;
          }
          *number = load<std::uint64_t>(extra, at);
          at += sizeof *number;
        }
      }
      return true;
    }
    extra = extra.subspan(4 + length);
  }
  return false;
}

/// The entry at the start of `entries`, which is moved behind it.
domain::expected<zip_member> read_entry(domain::byte_span& entries) {
  if (entries.size() < entry_bytes || load<std::uint32_t>(entries, 0) != entry_mark) {
    return damaged("its directory cannot be read");
  }
  const std::size_t name_bytes = load<std::uint16_t>(entries, 28);
  const std::size_t extra_bytes = load<std::uint16_t>(entries, 30);
  const std::size_t length = entry_bytes + name_bytes + extra_bytes + load<std::uint16_t>(entries, 32);
  if (entries.size() < length) {
    return damaged("its directory cannot be read");
  }
  if (name_bytes > name_limit) {
    return failure(errc::too_large, "the archive has a member whose name is longer than 1024 bytes");
  }
  zip_member member;
  member.name.assign(reinterpret_cast<const char*>(entries.data()) + entry_bytes, name_bytes);
  const auto flags = load<std::uint16_t>(entries, 8);
  const auto method = load<std::uint16_t>(entries, 10);
  member.deflated = method == deflate_method;
  member.crc = load<std::uint32_t>(entries, 16);
  member.packed_bytes = load<std::uint32_t>(entries, 20);
  member.unpacked_bytes = load<std::uint32_t>(entries, 24);
  member.header_offset = load<std::uint32_t>(entries, 42);
  const bool complete = read_zip64(entries.subspan(entry_bytes + name_bytes, extra_bytes), member);
  entries = entries.subspan(length);
  if (!complete) {
    return damaged(member.name + " lacks zip64's fields");
  }
  if ((flags & 1U) != 0) {
    return failure(errc::unsupported, "the archive's member " + member.name + " is encrypted");
  }
  if (method != 0 && !member.deflated) {
    return failure(errc::unsupported, "the archive's member " + member.name + " is packed by method " +
                                          std::to_string(method) + ", only stored and deflated can be read");
  }
  return member;
}

/// Whether a member's lengths can be true.
domain::expected<void> plausible(const zip_member& member, std::uint64_t directory_offset, std::uint64_t bytes_left) {
  if (!member.deflated && member.packed_bytes != member.unpacked_bytes) {
    return damaged(member.name + " is stored but has two lengths");
  }
  if (member.unpacked_bytes / deflate_ratio > member.packed_bytes) {
    return damaged(member.name + " claims a length that it cannot have");
  }
  if (member.packed_bytes > bytes_left || member.header_offset > directory_offset) {
    return damaged("its members overlap or reach beyond its end");
  }
  return {};
}

} // namespace

domain::expected<zip_directory> read_directory(const byte_source& archive, std::size_t member_limit) {
  const auto where = find_directory(archive);
  if (!where) {
    return tl::unexpected(where.error());
  }
  if (where->members > member_limit || where->bytes > directory_limit) {
    return failure(errc::too_large, "the archive has " + std::to_string(where->members) + " members, the limit is " +
                                        std::to_string(member_limit));
  }
  std::vector<std::byte> bytes(where->bytes);
  if (!archive.read(where->offset, bytes)) {
    return damaged("its directory cannot be read");
  }
  zip_directory directory{{}, where->offset};
  domain::byte_span entries(bytes);
  std::uint64_t bytes_left = where->offset;
  for (std::uint64_t i = 0; i < where->members; ++i) {
    auto member = read_entry(entries);
    if (!member) {
      return tl::unexpected(std::move(member.error()));
    }
    if (auto fine = plausible(*member, where->offset, bytes_left); !fine) {
      return tl::unexpected(std::move(fine.error()));
    }
    bytes_left -= member->packed_bytes;
    directory.members.push_back(std::move(*member));
  }
  if (!entries.empty()) {
    return damaged("its directory is longer than its members");
  }
  return directory;
}

domain::expected<std::uint64_t> find_member(const byte_source& archive, const zip_directory& directory,
                                            const zip_member& member) {
  std::vector<std::byte> header(local_bytes + member.name.size());
  if (!archive.read(member.header_offset, header) || load<std::uint32_t>(header, 0) != local_mark ||
      load<std::uint16_t>(header, 26) != member.name.size() ||
      std::memcmp(header.data() + local_bytes, member.name.data(), member.name.size()) != 0) {
    return damaged(member.name + " is not where the directory says");
  }
  const auto at = member.header_offset + header.size() + load<std::uint16_t>(header, 28);
  if (at > directory.offset || member.packed_bytes > directory.offset - at) {
    return damaged(member.name + " reaches beyond its end");
  }
  return at;
}

} // namespace fedloom::model
