#pragma once
#include "actors/security/sha256.hpp"
#include "messages/domain/bytes.hpp"
#include "messages/domain/ids.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace fedloom::model {

/// id_of for a stream that comes in pieces of any length, one behind the other. Copies nothing but the first 12 bytes.
class stream_hasher {
public:
  void update(domain::byte_span bytes);
  /// Once, after the last piece.
  domain::model_id finish();

private:
  domain::byte_span take_prefix(domain::byte_span bytes);
  void end_leaf();

  security::sha256 outer_;
  security::sha256 leaf_;
  std::array<std::byte, 12> prefix_{}; ///< magic and length of head: what must be known before anything can be hashed
  std::size_t prefix_size_ = 0;
  std::uint64_t head_left_ = 0;
  std::size_t in_leaf_ = 0;
};

} // namespace fedloom::model
