#include "actors/model/stream_hash.hpp"

#include "actors/model/stream.hpp"

#include <algorithm>
#include <cstring>

namespace fedloom::model {

namespace {

constexpr std::size_t leaf_bytes = std::size_t{1} << 20;

} // namespace

void stream_hasher::update(domain::byte_span bytes) {
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

domain::model_id stream_hasher::finish() {
  if (prefix_size_ < prefix_.size()) {
    outer_.update(domain::byte_span(prefix_).first(prefix_size_));
  }
  if (in_leaf_ > 0) {
    end_leaf();
  }
  return domain::model_id{outer_.finish()};
}

/// Answers what is left of `bytes` once the prefix is complete.
domain::byte_span stream_hasher::take_prefix(domain::byte_span bytes) {
  if (prefix_size_ == prefix_.size()) {
    return bytes;
  }
  const auto count = std::min(bytes.size(), prefix_.size() - prefix_size_);
  std::copy_n(bytes.begin(), count, prefix_.begin() + static_cast<std::ptrdiff_t>(prefix_size_));
  prefix_size_ += count;
  if (prefix_size_ == prefix_.size()) {
    std::uint32_t head_bytes = 0;
    std::memcpy(&head_bytes, prefix_.data() + 8, sizeof head_bytes);
    outer_.update(prefix_);
    head_left_ = head_bytes - std::min(head_bytes, static_cast<std::uint32_t>(prefix_.size()));
  }
  return bytes.subspan(count);
}

void stream_hasher::end_leaf() {
  const auto digest = leaf_.finish();
  outer_.update(std::as_bytes(std::span(digest)));
  in_leaf_ = 0;
}

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
