#pragma once
#include "messages/domain/bytes.hpp"
#include "messages/domain/expected.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace fedloom::model {

/// One member of an archive as its directory describes it.
struct zip_member {
  std::string name;
  std::uint64_t unpacked_bytes = 0;
  std::uint64_t directory_offset = 0; ///< where the archive's directory describes it
  std::uint64_t number = 0;           ///< position in the directory
};

/// A zip archive from outside: stored and deflated members, zip64. Not thread-safe. Everything that it reports has been
/// held against the archive's length: the members' packed bytes together are no longer than the archive, and nothing
/// claims to be more than deflate can pack (1:1032), so that a small archive cannot make a reader allocate much.
class zip_reader {
public:
  /// `not_found` without the file, `malformed` when it is no archive.
  static domain::expected<zip_reader> open(const std::filesystem::path& file);
  /// `archive` must outlive the reader.
  static domain::expected<zip_reader> open(domain::byte_span archive);

  /// In the directory's order. `too_large` above `limit` members, `unsupported` for encrypted or otherwise packed ones.
  domain::expected<std::vector<zip_member>> members(std::size_t limit);

  /// Goes to the start of a member and reads it from there with `read`.
  domain::expected<void> enter(const zip_member& member);
  /// Fills `into` completely; `malformed` when the member ends before or is damaged.
  domain::expected<void> read(std::span<std::byte> into);
  /// Ends a member; `malformed` when all of it was read and its checksum is wrong.
  domain::expected<void> leave();

private:
  struct archive;
  struct closer {
    void operator()(archive* what) const;
  };
  explicit zip_reader(std::unique_ptr<archive, closer> what) : archive_(std::move(what)) {}
  std::unique_ptr<archive, closer> archive_;
};

} // namespace fedloom::model
