#include "actors/transfer/digests.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <xxhash.h>

namespace fedloom::transfer {

namespace {

struct hash_state_deleter {
  void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
};

domain::digest canonical(XXH128_hash_t hash) {
  XXH128_canonical_t bytes;
  XXH128_canonicalFromHash(&bytes, hash);
  domain::digest::value_type value{};
  static_assert(sizeof bytes.digest == sizeof value);
  std::copy(std::begin(bytes.digest), std::end(bytes.digest), value.begin());
  return domain::digest{value};
}

} // namespace

domain::digest digest_of(domain::byte_span bytes) {
  return canonical(XXH3_128bits(bytes.data(), bytes.size()));
}

domain::digest digest_over(std::span<const domain::digest> chunks) {
  const std::unique_ptr<XXH3_state_t, hash_state_deleter> state{XXH3_createState()};
  XXH3_128bits_reset(state.get());
  for (const auto& each : chunks) {
    XXH3_128bits_update(state.get(), each.value().data(), each.value().size());
  }
  return canonical(XXH3_128bits_digest(state.get()));
}

std::vector<domain::digest> chunk_digests(domain::byte_span stream) {
  std::vector<domain::digest> chunks;
  chunks.reserve(chunk_count(stream.size()));
  for (std::size_t offset = 0; offset < stream.size(); offset += domain::chunk_bytes) {
    const auto count = std::min<std::size_t>(domain::chunk_bytes, stream.size() - offset);
    chunks.push_back(digest_of(stream.subspan(offset, count)));
  }
  return chunks;
}

domain::digest stream_digest(domain::byte_span stream) {
  return digest_over(chunk_digests(stream));
}

std::uint32_t chunk_count(std::uint64_t stream_bytes) {
  const auto whole = stream_bytes / domain::chunk_bytes + (stream_bytes % domain::chunk_bytes != 0 ? 1 : 0);
  // 4 PiB and more cannot be numbered; who sets limits on streams sets them far lower.
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(whole, std::numeric_limits<std::uint32_t>::max()));
}

} // namespace fedloom::transfer
