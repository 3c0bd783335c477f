#pragma once
#include "messages/domain/bytes.hpp"
#include "messages/domain/expected.hpp"
#include "messages/domain/transfer.hpp"

#include <optional>
#include <vector>

namespace fedloom::transfer {

/// Takes one stream in chunks, in order, and says when to grant more. Pure; holds the chunks as they came (no copy).
/// A chunk out of order, of the wrong length, or repeated is not taken; the answer says what to do.
class receiver_machine {
public:
  /// `window`: how many chunks may be on their way, >= 1.
  receiver_machine(domain::transfer_id transfer, std::uint64_t stream_bytes, std::uint32_t window);

  /// What asks the sender to begin or, after a broken connection, to go on.
  domain::grant open();

  struct outcome {
    std::optional<domain::credit> more; ///< send this to the sender
    std::optional<domain::grant> rewind; ///< a gap: ask again from here
    bool complete = false;              ///< all chunks are there
  };
  /// `too_large` when the chunk lies beyond the announced length or is itself longer than it may be: abort the transfer.
  domain::expected<outcome> step(const domain::chunk& what, domain::shared_bytes payload);

  bool complete() const noexcept { return next_ == chunks_total_; }
  std::uint64_t bytes_held() const noexcept { return bytes_held_; }
  std::uint64_t stream_bytes() const noexcept { return stream_bytes_; }
  domain::transfer_id transfer() const noexcept { return transfer_; }
  /// The chunks so far, in order, with the digests they announced. Contents are not checked here: that is heavy work and
  /// belongs on a worker.
  const std::vector<domain::shared_bytes>& chunks() const noexcept { return chunks_; }
  const std::vector<domain::digest>& digests() const noexcept { return digests_; }
  std::vector<domain::shared_bytes> take_chunks() { return std::move(chunks_); }

private:
  domain::transfer_id transfer_;
  std::uint64_t stream_bytes_;
  std::uint32_t window_;
  std::uint32_t chunks_total_;
  std::uint32_t next_ = 0;
  std::uint32_t uncredited_ = 0;
  std::uint64_t bytes_held_ = 0;
  std::vector<domain::shared_bytes> chunks_;
  std::vector<domain::digest> digests_;
};

} // namespace fedloom::transfer
