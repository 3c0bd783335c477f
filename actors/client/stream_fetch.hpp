#pragma once
#include "actors/client/work.hpp"
#include "actors/transfer/receiver_machine.hpp"
#include "actors/transfer/stream_name.hpp"

#include <optional>

namespace fedloom::client {

/// One stream that a client holds in memory, a model or a package's archive: it comes with a task, or is fetched in
/// chunks from the combiner. A fetch goes on over broken connections where it stopped. Pure.
class stream_fetch {
public:
  explicit stream_fetch(const task_limits& limits) : window_(limits.window), stall_(limits.stall) {}

  bool has(const transfer::stream_name& name) const noexcept { return held_ && held_->name == name; }
  /// The one it has.
  const domain::shared_bytes& stream() const noexcept { return held_->stream; }
  void take(const transfer::stream_name& name, domain::shared_bytes stream) { held_ = {name, std::move(stream)}; }
  /// Lets it go.
  void drop() { held_.reset(); }

  /// What is being fetched.
  std::optional<transfer::stream_name> under_way() const;
  /// Drops what it has: a client holds one at a time.
  work::effect begin(domain::instant now, domain::transfer_id transfer, const transfer::stream_name& name,
                     std::uint64_t bytes);
  /// Asks for what is missing: over a new connection, and when nothing has come for a while.
  work::effect go_on(domain::instant now);
  /// Takes a chunk of the fetch; others are ignored. An error ends the fetch.
  domain::expected<work::effects> received(domain::instant now, const domain::chunk& what,
                                           const domain::shared_bytes& payload);
  bool is_of(domain::transfer_id transfer) const noexcept { return fetch_ && fetch_->receiver.transfer() == transfer; }
  work::effect give_up(const domain::error& reason);
  /// When a fetch that stands still is to be asked for again.
  std::optional<domain::instant> stalled_at() const;

private:
  struct held_stream {
    transfer::stream_name name;
    domain::shared_bytes stream;
  };
  struct fetch {
    transfer::stream_name name;
    transfer::receiver_machine receiver;
    std::shared_ptr<std::byte[]> stream; ///< receiver.stream_bytes() long
    std::size_t filled = 0;
    domain::instant last_chunk{};
  };

  std::uint32_t window_;
  domain::milliseconds stall_;
  std::optional<held_stream> held_;
  std::optional<fetch> fetch_;
};

} // namespace fedloom::client
