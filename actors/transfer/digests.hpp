#pragma once
#include "messages/domain/bytes.hpp"
#include "messages/domain/ids.hpp"
#include "messages/domain/transfer.hpp"

#include <span>
#include <vector>

namespace fedloom::transfer {

/// XXH3-128 (seed 0) of some bytes, big-endian canonical form.
domain::digest digest_of(domain::byte_span bytes);
/// The digest of a whole transfer: XXH3-128 over its chunks' digests, in order.
domain::digest digest_over(std::span<const domain::digest> chunks);
/// The digests of every chunk_bytes of `stream`, in order.
std::vector<domain::digest> chunk_digests(domain::byte_span stream);
/// digest_over the chunk_digests.
domain::digest stream_digest(domain::byte_span stream);
/// How many chunks a stream of this length makes; 0 for an empty one.
std::uint32_t chunk_count(std::uint64_t stream_bytes);

} // namespace fedloom::transfer
