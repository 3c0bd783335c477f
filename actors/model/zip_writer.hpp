#pragma once
#include "messages/domain/bytes.hpp"
#include "messages/domain/expected.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace fedloom::model {

/// Writes a zip archive of stored members, in one go and always with the same bytes for the same members (no clock).
/// Not thread-safe. A writer that is not finished leaves an unreadable archive behind.
class zip_writer {
public:
  /// `storage_failed` when the file cannot be made.
  static domain::expected<zip_writer> to_file(const std::filesystem::path& file);
  /// `archive` must outlive the writer. Members of `zip64_from` bytes and more get zip64's longer fields (tests lower
  /// it).
  static domain::expected<zip_writer> to_memory(std::vector<std::byte>& archive, std::uint64_t zip64_from = 0xffffffff);

  /// Begins a member; `bytes` is how long it will be.
  domain::expected<void> begin(const std::string& name, std::uint64_t bytes);
  domain::expected<void> write(domain::byte_span bytes);
  domain::expected<void> end();
  /// Writes the directory. The writer cannot be used afterwards.
  domain::expected<void> finish();

private:
  struct archive;
  struct closer {
    void operator()(archive* what) const;
  };
  explicit zip_writer(std::unique_ptr<archive, closer> what) : archive_(std::move(what)) {}
  std::unique_ptr<archive, closer> archive_;
};

} // namespace fedloom::model
