#pragma once
#include "actors/transfer/sender_machine.hpp"
#include "actors/transfer/stream_name.hpp"
#include "messages/domain/expected.hpp"
#include "messages/domain/message.hpp"

#include <map>

namespace fedloom::transfer {

/// A stream that is served to many receivers from one buffer, with the digests of its chunks computed once.
struct served_stream {
  domain::shared_bytes stream;
  std::shared_ptr<const std::vector<domain::digest>> chunk_digests;
};

/// What a receiver is told: a chunk, or abort_transfer.
struct reply {
  domain::body what;
  domain::shared_bytes payload;
};

/// All streams that one service is sending, by receiver and transfer. Pure; bounded.
class outbound_transfers {
public:
  /// What the service knows the receiver's connection by.
  using receiver_key = std::uint64_t;

  explicit outbound_transfers(std::size_t most) : most_(most) {}

  /// Answers a request for a stream that is here; at the bound with abort_transfer{busy}.
  std::vector<reply> serve(receiver_key to, const stream_request& asked, const served_stream& what);
  /// And one for a stream that cannot be had.
  static reply refuse(const stream_request& asked, domain::error reason);
  /// Answers grant, credit and abort_transfer; others are ignored.
  std::vector<reply> received(receiver_key from, const domain::body& what);

  /// Begins, or begins again from another chunk. `busy` at the bound.
  domain::expected<std::vector<send_chunk>> begin(receiver_key to, const stream_request& asked,
                                                  const served_stream& what);
  std::vector<send_chunk> step(receiver_key to, const domain::grant& what);
  std::vector<send_chunk> step(receiver_key to, const domain::credit& what);
  void abort(receiver_key to, domain::transfer_id transfer);
  /// The receiver is gone.
  void forget(receiver_key to);
  std::size_t open() const noexcept { return senders_.size(); }

private:
  using key = std::pair<receiver_key, domain::transfer_id>;
  std::vector<send_chunk> finish_if_sent(std::map<key, sender_machine>::iterator at, std::vector<send_chunk> parts);

  std::size_t most_;
  std::map<key, sender_machine> senders_;
};

} // namespace fedloom::transfer
