#include "actors/model/stream.hpp"
#include "actors/security/sha256.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace fedloom::model {

namespace {

constexpr std::size_t leaf_bytes = std::size_t{1} << 20;
/// Magic and length of head: what must be known before anything can be hashed.
constexpr std::size_t prefix_bytes = 12;

/// Hashes a stream that comes in pieces: first the head, then leaf after leaf. Copies nothing but the first 12 bytes.
class stream_hasher {
public:
  void update(domain::byte_span bytes) {
    bytes = take_prefix(bytes);
    const auto of_head = static_cast<std::size_t>(std::min<std::uint64_t>(head_left_, bytes.size()));
    outer_.update(bytes.first(of_head));
    head_left_ -= of_head;
    bytes = bytes.subspan(of_head);
    while (!bytes.empty()) {
      const auto count = std::min(bytes.size(), leaf_bytes - in_leaf_);
      leaf_.update(bytes.first(count));
      in_leaf_ += count;
      bytes = bytes.subspan(count);
      if (in_leaf_ == leaf_bytes) {
        end_leaf();
      }
    }
  }

  domain::model_id finish() {
    if (prefix_size_ < prefix_bytes) {
      outer_.update(domain::byte_span(prefix_).first(prefix_size_));
    }
    if (in_leaf_ > 0) {
      end_leaf();
    }
    return domain::model_id{outer_.finish()};
  }

private:
  /// Answers what is left of `bytes` once the prefix is complete.
  domain::byte_span take_prefix(domain::byte_span bytes) {
    if (prefix_size_ == prefix_bytes) {
      return bytes;
    }
    const auto count = std::min(bytes.size(), prefix_bytes - prefix_size_);
    std::copy_n(bytes.begin(), count, prefix_.begin() + static_cast<std::ptrdiff_t>(prefix_size_));
    prefix_size_ += count;
    if (prefix_size_ == prefix_bytes) {
      std::uint32_t head_bytes = 0;
      std::memcpy(&head_bytes, prefix_.data() + 8, sizeof head_bytes);
      outer_.update(prefix_);
      head_left_ = head_bytes - std::min<std::uint32_t>(head_bytes, prefix_bytes);
    }
    return bytes.subspan(count);
  }

  void end_leaf() {
    const auto digest = leaf_.finish();
    outer_.update(std::as_bytes(std::span(digest)));
    in_leaf_ = 0;
  }

  security::sha256 outer_;
  security::sha256 leaf_;
  std::array<std::byte, prefix_bytes> prefix_{};
  std::size_t prefix_size_ = 0;
  std::uint64_t head_left_ = 0;
  std::size_t in_leaf_ = 0;
};

} // namespace

domain::model_id id_of(domain::byte_span stream) {
  stream_hasher hasher;
  hasher.update(stream);
  return hasher.finish();
}

domain::model_id id_of(const std::vector<domain::shared_bytes>& pieces) {
  stream_hasher hasher;
  for (const auto& piece : pieces) {
    hasher.update(piece.span());
  }
  return hasher.finish();
}

} // namespace fedloom::model
