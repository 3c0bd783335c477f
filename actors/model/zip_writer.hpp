#pragma once
#include "actors/model/file_pieces.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace fedloom::model {

/// Lays out a zip archive of stored members around bytes that stay where they are. The same members give the same
/// archive, always (no clock). Members, or a whole, of `zip64_from` bytes and more get zip64's longer fields (tests
/// lower it).
class zip_writer {
public:
  explicit zip_writer(std::uint64_t zip64_from = 0xffffffff) : zip64_from_(zip64_from) {}

  /// Reads the content once, for its checksum. The name has at most 65535 bytes, in UTF-8.
  void add(const std::string& name, const file_pieces& content);
  /// Ends the archive with its directory. The writer cannot be used afterwards.
  file_pieces finish();

private:
  std::uint64_t zip64_from_;
  file_pieces archive_;
  std::string directory_;
  std::uint64_t members_ = 0;
};

} // namespace fedloom::model
