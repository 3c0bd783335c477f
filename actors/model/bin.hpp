#pragma once
#include "messages/domain/bytes.hpp"
#include "messages/domain/expected.hpp"

#include <cstdint>
#include <filesystem>
#include <vector>

/// Raw .bin files, as FEDn's binaryhelper and packages with a format of their own write them: the bytes mean something
/// to the package only, so they are one uint8 tensor named "0".
namespace fedloom::model {

/// `too_large` above `limit_bytes`, `not_found` without the file, `storage_failed` when it cannot be read.
domain::expected<std::vector<std::byte>> stream_from_bin(const std::filesystem::path& file,
                                                         std::uint64_t limit_bytes = std::uint64_t{16} << 30);
domain::expected<std::vector<std::byte>> stream_from_bin(domain::byte_span file,
                                                         std::uint64_t limit_bytes = std::uint64_t{16} << 30);

/// Writes atomically (temporary name, rename). `unsupported` for a stream that is not one uint8 tensor,
/// `storage_failed` names the file.
domain::expected<void> write_bin(domain::byte_span stream, const std::filesystem::path& file);
/// The raw bytes; a view into `stream`.
domain::expected<domain::byte_span> bin_from_stream(domain::byte_span stream);

} // namespace fedloom::model
