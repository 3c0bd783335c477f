#pragma once
#include "messages/domain/bytes.hpp"
#include "messages/domain/expected.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace fedloom::model {

/// Bytes that can be read at any place: a file or memory. Read rather than mapped, because a file that another process
/// shortens meanwhile must be an error and not a signal.
class byte_source {
public:
  virtual ~byte_source() = default;
  /// The length when it was opened.
  virtual std::uint64_t size() const = 0;
  /// Fills `into` from `offset`; false when not all of it is there.
  virtual bool read(std::uint64_t offset, std::span<std::byte> into) const = 0;
};

/// `not_found` when the file cannot be opened.
domain::expected<std::unique_ptr<byte_source>> open_source(const std::filesystem::path& file);
/// `bytes` must outlive the source.
std::unique_ptr<byte_source> open_source(domain::byte_span bytes);

} // namespace fedloom::model
