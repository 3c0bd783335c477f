#pragma once
#include "messages/domain/bytes.hpp"
#include "messages/domain/expected.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace fedloom::model {

/// A file laid out as consecutive pieces: the few bytes that were made for it, and views on the model stream it shows.
/// So a file of any size costs no memory, and any range of it can be sent.
class file_pieces {
public:
  void append(domain::shared_bytes piece);
  void append(const std::string& text);
  void append(const file_pieces& others);

  std::uint64_t size() const noexcept { return size_; }
  const std::vector<domain::shared_bytes>& pieces() const noexcept { return pieces_; } ///< none is empty

  /// The part [offset, offset + count), cut at the end.
  file_pieces range(std::uint64_t offset, std::uint64_t count) const;
  /// All of it in one.
  std::vector<std::byte> joined() const;
  /// Writes atomically (temporary name, rename). `storage_full` or `storage_failed` name the file.
  domain::expected<void> write_to(const std::filesystem::path& file) const;

private:
  std::vector<domain::shared_bytes> pieces_;
  std::uint64_t size_ = 0;
};

} // namespace fedloom::model
