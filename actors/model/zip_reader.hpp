#pragma once
#include "actors/model/zip_directory.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace fedloom::model {

/// A zip archive from outside: stored and deflated members, zip64. Not thread-safe.
class zip_reader {
public:
  /// As `read_directory`.
  static domain::expected<zip_reader> open(std::unique_ptr<byte_source> archive, std::size_t member_limit);
  ~zip_reader();
  zip_reader(zip_reader&&) noexcept;
  zip_reader& operator=(zip_reader&&) noexcept;

  /// In the directory's order.
  const std::vector<zip_member>& members() const noexcept { return directory_.members; }

  /// Goes to the start of a member and reads it from there with `read`.
  domain::expected<void> enter(const zip_member& member);
  /// Fills `into` completely; `malformed` when the member ends before or is damaged.
  domain::expected<void> read(std::span<std::byte> into);
  /// Ends a member; `malformed` when all of it was read and its checksum is wrong.
  domain::expected<void> leave();

private:
  class unpacker;
  zip_reader(std::unique_ptr<byte_source> source, zip_directory directory);

  std::unique_ptr<byte_source> source_;
  zip_directory directory_;
  std::unique_ptr<unpacker> member_; ///< the one that was entered
};

} // namespace fedloom::model
