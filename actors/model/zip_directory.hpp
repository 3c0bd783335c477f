#pragma once
#include "actors/model/byte_source.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace fedloom::model {

/// One member of an archive as its directory describes it.
struct zip_member {
  std::string name;
  bool deflated = false; ///< else stored
  std::uint32_t crc = 0;
  std::uint64_t packed_bytes = 0;
  std::uint64_t unpacked_bytes = 0;
  std::uint64_t header_offset = 0; ///< of the local header before its bytes
};

struct zip_directory {
  std::vector<zip_member> members; ///< in the archive's order
  std::uint64_t offset = 0;        ///< where the directory begins and all members end
};

/// Reads the directory at an archive's end, zip64 or not, and holds it against the archive's length: members lie before
/// the directory, their packed bytes together are no longer than the archive, and none claims to be more than deflate
/// can pack (1:1032), so that a small archive cannot make a reader allocate much. `malformed` when it is no archive or
/// damaged, `too_large` above `member_limit`, `unsupported` for encrypted members and other ways of packing.
domain::expected<zip_directory> read_directory(const byte_source& archive, std::size_t member_limit);

/// Where a member's packed bytes begin, from its local header.
domain::expected<std::uint64_t> find_member(const byte_source& archive, const zip_directory& directory,
                                            const zip_member& member);

} // namespace fedloom::model
