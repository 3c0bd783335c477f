#pragma once
#include "messages/domain/bytes.hpp"

#include <flatbuffers/flatbuffers.h>

#include <cstdint>
#include <vector>

namespace fedloom::codec {

/// Bytes at an address that FlatBuffers may read numbers from: the given ones, or a copy. Frames arrive anywhere inside
/// a receive buffer, and the verifier checks alignment relative to the buffer only. Refers to `bytes` while it lives.
class aligned_bytes {
public:
  explicit aligned_bytes(domain::byte_span bytes) : bytes_(bytes) {
    if (reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(std::uint64_t) != 0) {
      copy_.assign(bytes.begin(), bytes.end());
      bytes_ = copy_;
    }
  }
  aligned_bytes(const aligned_bytes&) = delete;
  aligned_bytes& operator=(const aligned_bytes&) = delete;

  /// The root table, or null if the bytes are not a well-formed buffer with this identifier. Valid while *this lives.
  template <class Table>
  const Table* root(const char* identifier) const {
    if (bytes_.size() < 2 * sizeof(flatbuffers::uoffset_t) || bytes_.size() >= FLATBUFFERS_MAX_BUFFER_SIZE) {
      return nullptr;
    }
    const auto* begin = reinterpret_cast<const std::uint8_t*>(bytes_.data());
    flatbuffers::Verifier::Options limits;
    limits.max_depth = 8;
    // An honest table takes 12 bytes or more with the offset that leads to it. Hostile buffers reach one table by many
    // offsets, and would unpack to far more than was sent.
    limits.max_tables = static_cast<flatbuffers::uoffset_t>(bytes_.size() / 8);
    flatbuffers::Verifier verifier(begin, bytes_.size(), limits);
    return verifier.VerifyBuffer<Table>(identifier) ? flatbuffers::GetRoot<Table>(begin) : nullptr;
  }

private:
  domain::byte_span bytes_;
  std::vector<std::byte> copy_;
};

/// The bytes of a finished builder.
inline std::vector<std::byte> bytes_of(const flatbuffers::FlatBufferBuilder& finished) {
  const auto* begin = reinterpret_cast<const std::byte*>(finished.GetBufferPointer());
  return {begin, begin + finished.GetSize()};
}

} // namespace fedloom::codec
