#pragma once
#include "messages/domain/bytes.hpp"
#include "messages/domain/expected.hpp"

#include <filesystem>

namespace fedloom::model {

/// NumPy's .npz as FEDn's numpyhelper writes it: members "0.npy", "1.npy", ... give tensors named "0", "1", ... in
/// numeric order; other names keep theirs, in the file's order, after them. Stored and deflated members are read,
/// stored ones written. Object arrays, structured and big-endian-only oddities are refused (`unsupported`), damaged
/// files too
/// (`malformed`), anything over `limit_bytes` unpacked as `too_large`.
domain::expected<std::vector<std::byte>> stream_from_npz(const std::filesystem::path& file,
                                                         std::uint64_t limit_bytes = std::uint64_t{16} << 30);
domain::expected<std::vector<std::byte>> stream_from_npz(domain::byte_span file,
                                                         std::uint64_t limit_bytes = std::uint64_t{16} << 30);

/// Writes atomically (temporary name, rename). `storage_failed` names the file.
domain::expected<void> write_npz(domain::byte_span stream, const std::filesystem::path& file);
domain::expected<std::vector<std::byte>> npz_from_stream(domain::byte_span stream);

} // namespace fedloom::model
