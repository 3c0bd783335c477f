#pragma once
#include "messages/domain/bytes.hpp"
#include "messages/domain/transfer.hpp"

#include <cstdint>
#include <vector>

namespace fedloom::transfer {

/// `chunks` whole chunks and `rest` bytes more, different in every chunk.
inline domain::shared_bytes stream_of(std::uint32_t chunks, std::size_t rest = 0) {
  std::vector<std::byte> bytes(chunks * domain::chunk_bytes + rest);
  std::uint64_t word = 0x9e3779b97f4a7c15;
  for (std::size_t i = 0; i < bytes.size(); i += 509) {
    word = word * 6364136223846793005 + 1442695040888963407;
    bytes[i] = static_cast<std::byte>(word >> 56);
  }
  return domain::shared_bytes::adopt(std::move(bytes));
}

} // namespace fedloom::transfer
