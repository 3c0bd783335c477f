#include "actors/transfer/sender_machine.hpp"

#include "actors/transfer/digests.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>

namespace fedloom::transfer {

sender_machine::sender_machine(domain::transfer_id transfer, domain::shared_bytes stream,
                               std::shared_ptr<const std::vector<domain::digest>> chunk_digests)
    : transfer_(transfer), stream_(std::move(stream)), chunk_digests_(std::move(chunk_digests)),
      chunks_total_(chunk_count(stream_.size())) {
  if (chunk_digests_ && chunk_digests_->empty()) {
    chunk_digests_.reset();
  }
  assert(!chunk_digests_ || chunk_digests_->size() == chunks_total_);
}

std::vector<send_chunk> sender_machine::step(const domain::grant& granted) {
  if (granted.transfer != transfer_ || granted.from_chunk > chunks_total_) {
    return {};
  }
  granted_ = true;
  next_ = granted.from_chunk;
  credit_ = granted.credit;
  return send_what_is_due();
}

std::vector<send_chunk> sender_machine::step(const domain::credit& credited) {
  if (credited.transfer != transfer_ || !granted_) {
    return {};
  }
  credit_ += std::min(credited.chunks, std::numeric_limits<std::uint32_t>::max() - credit_);
  return send_what_is_due();
}

std::vector<send_chunk> sender_machine::send_what_is_due() {
  std::vector<send_chunk> due;
  due.reserve(std::min(credit_, chunks_total_ - next_));
  while (credit_ > 0 && next_ < chunks_total_) {
    auto payload = stream_.slice(next_ * domain::chunk_bytes, domain::chunk_bytes);
    due.push_back({{transfer_, next_, digest_at(next_, payload.span())}, payload});
    ++next_;
    --credit_;
  }
  return due;
}

domain::digest sender_machine::digest_at(std::uint32_t index, domain::byte_span payload) const {
  return chunk_digests_ ? (*chunk_digests_)[index] : digest_of(payload);
}

} // namespace fedloom::transfer
