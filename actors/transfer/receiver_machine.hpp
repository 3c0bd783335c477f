#pragma once
#include "messages/domain/bytes.hpp"
#include "messages/domain/expected.hpp"
#include "messages/domain/transfer.hpp"

#include <optional>
#include <vector>

namespace fedloom::transfer {

/// Takes one stream in chunks, in order, and says when to grant more. Pure; holds the chunks as they came (no copy),
/// never more than stream_bytes of them. A chunk out of order or repeated is not taken; the answer says what to do.
///
/// The sender may never be ahead of the first missing chunk by more than the window; credit is given in batches of half
/// a window. One gap asks for one rewind: what else was under way behind the gap is dropped in silence. If the rewind
/// or the credit itself is lost nothing comes any more: the owner notices by its own timer and sends open() again.
class receiver_machine {
public:
  /// `window`: how many chunks may be on their way, >= 1.
  receiver_machine(domain::transfer_id transfer, std::uint64_t stream_bytes, std::uint32_t window);

  /// What asks the sender to begin or, after a broken connection, to go on.
  domain::grant open();
  /// The sender counts its transfers anew: the same stream goes on under this number. Send open() next.
  void continue_as(domain::transfer_id transfer) { transfer_ = transfer; }

  struct outcome {
    std::optional<domain::credit> more;  ///< send this to the sender
    std::optional<domain::grant> rewind; ///< a gap: ask again from here
    bool complete = false;               ///< all chunks are there
  };
  /// `too_large` when the chunk lies beyond the announced length or is itself longer than it may be, `malformed` when
  /// it is shorter: abort the transfer. A chunk of another transfer is ignored.
  domain::expected<outcome> step(const domain::chunk& what, domain::shared_bytes payload);

  bool complete() const noexcept { return next_ == chunks_total_; }
  std::uint64_t bytes_held() const noexcept { return bytes_held_; }
  std::uint64_t stream_bytes() const noexcept { return stream_bytes_; }
  domain::transfer_id transfer() const noexcept { return transfer_; }
  /// The chunks so far, in order, with the digests they announced. Contents are not checked here: that is heavy work
  /// and belongs on a worker.
  const std::vector<domain::shared_bytes>& chunks() const noexcept { return chunks_; }
  const std::vector<domain::digest>& digests() const noexcept { return digests_; }
  /// Hands the chunks over and holds none afterwards; the position in the stream stays.
  std::vector<domain::shared_bytes> take_chunks();

private:
  std::uint64_t length_of(std::uint32_t index) const noexcept;
  domain::grant grant_from_here();
  std::optional<domain::credit> credit_if_due();

  domain::transfer_id transfer_;
  std::uint64_t stream_bytes_;
  std::uint32_t window_;
  std::uint32_t chunks_total_;
  std::uint32_t next_ = 0;               ///< the first chunk that is missing
  std::uint64_t allowed_ = 0;            ///< the sender may send chunks below this index
  std::optional<std::uint32_t> rewound_; ///< `next_` when the last rewind was asked for
  std::uint64_t bytes_held_ = 0;
  std::vector<domain::shared_bytes> chunks_;
  std::vector<domain::digest> digests_;
};

} // namespace fedloom::transfer
