#pragma once
#include "messages/domain/bytes.hpp"
#include "messages/domain/transfer.hpp"

#include <memory>
#include <vector>

namespace fedloom::transfer {

/// One chunk to send now: the message and a slice of the stream as its payload (no copy).
struct send_chunk {
  domain::chunk what;
  domain::shared_bytes payload;
};

/// Sends one stream in chunks, never more than the receiver granted. Pure.
///
///   waiting --granted(from, credit)--> sending --last chunk--> sent
///        sending --granted(from, credit)--> sending          (the receiver resumes elsewhere)
///        sending --credited(n)--> sending
///        sent --granted(from, credit)--> sending             (what was sent did not arrive)
class sender_machine {
public:
  /// `chunk_digests` may be empty: then they are computed as chunks leave. Otherwise one per chunk.
  sender_machine(domain::transfer_id transfer, domain::shared_bytes stream,
                 std::shared_ptr<const std::vector<domain::digest>> chunk_digests = nullptr);

  /// Begin or go on at this chunk with this credit (replaces what was left). A chunk past the end is ignored, and so is
  /// what speaks of another transfer.
  std::vector<send_chunk> step(const domain::grant& granted);
  /// Before the first grant, credit is ignored.
  std::vector<send_chunk> step(const domain::credit& credited);

  /// Every chunk has left since the last grant; true from the start for an empty stream.
  bool sent_all() const noexcept { return next_ == chunks_total_; }
  domain::transfer_id transfer() const noexcept { return transfer_; }
  const domain::shared_bytes& stream() const noexcept { return stream_; }

private:
  std::vector<send_chunk> send_what_is_due();
  domain::digest digest_at(std::uint32_t index, domain::byte_span payload) const;

  domain::transfer_id transfer_;
  domain::shared_bytes stream_;
  std::shared_ptr<const std::vector<domain::digest>> chunk_digests_;
  std::uint32_t chunks_total_;
  std::uint32_t next_ = 0;
  std::uint32_t credit_ = 0;
  bool granted_ = false;
};

} // namespace fedloom::transfer
