#pragma once
#include "actors/model/manifest.hpp"
#include "messages/domain/bytes.hpp"
#include "messages/domain/ids.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace fedloom::model {

/// The one form in which a model or update is held, sent and stored. Little-endian:
///
///   0   8 bytes  "FLMODEL1"
///   8   u32      length of the head (a multiple of 64): where the data section begins
///   12  u32      number of tensors
///   16  per tensor: u8 dtype, u8 rank, u16 length of name, u32 zero, u64 dimension[rank], name, zeros up to a multiple
///       of 8
///       zeros up to the length of the head
///   head..       data section: each tensor's elements in C order at manifest::offsets(), zeros between and
///       up to a multiple of 64
///
/// The head is canonical: equal manifests give equal bytes. No two tensors have the same name.
struct stream_view {
  manifest what;
  std::uint64_t head_bytes = 0;
  domain::byte_span data; ///< the data section, or as much of it as was given
};

/// Bounds that a stream from outside must keep.
struct stream_limits {
  std::uint32_t tensors = 65536;
  std::uint32_t rank = 32;
  std::uint64_t stream_bytes = std::uint64_t{16} << 30;
};

/// The head for a manifest.
std::vector<std::byte> head_of(const manifest& what);
/// head + data section length.
std::uint64_t stream_bytes_of(const manifest& what);
/// A stream of zeros, ready to be filled through `data_of`.
std::vector<std::byte> blank_stream(const manifest& what);
/// The data section of a stream made by `blank_stream`; views into it.
std::span<std::byte> data_of(std::vector<std::byte>& stream);

/// Reads a head (and a view on the data behind it). `malformed` says what is wrong; `too_large` names the limit. With
/// `whole`, the length must be exactly that of the manifest; without, only the head must be complete.
domain::expected<stream_view> read_stream(domain::byte_span stream, bool whole = true,
                                          const stream_limits& limits = {});

/// SHA-256 over {the head; SHA-256 of each 1 MiB leaf of the data section (the last one shorter)}: independent of chunk
/// size and of the file format it came from. Bytes that are no stream get some id that no stream has been seen with.
domain::model_id id_of(domain::byte_span stream);
/// The same for a stream in consecutive pieces of any length.
domain::model_id id_of(const std::vector<domain::shared_bytes>& pieces);

} // namespace fedloom::model
