#pragma once
#include "actors/client/work.hpp"
#include "actors/transfer/receiver_machine.hpp"

#include <optional>

namespace fedloom::client {

/// The model that a client works with, one at a time: it comes with a task, or is fetched in chunks from the combiner.
/// A fetch goes on over broken connections where it stopped. Pure.
class model_fetch {
public:
  explicit model_fetch(const task_limits& limits) : window_(limits.window), stall_(limits.stall) {}

  bool has(const domain::model_id& model) const noexcept { return model_ && model_->id == model; }
  /// The stream of the model it has.
  const domain::shared_bytes& stream() const noexcept { return model_->stream; }
  void take(const domain::model_id& model, domain::shared_bytes stream) { model_ = {model, std::move(stream)}; }

  /// Which model is being fetched.
  std::optional<domain::model_id> under_way() const;
  /// Drops the model it has: a client holds one at a time.
  work::effect begin(domain::instant now, domain::transfer_id transfer, const domain::model_id& model,
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
  struct known_model {
    domain::model_id id;
    domain::shared_bytes stream;
  };
  struct fetch {
    domain::model_id model;
    transfer::receiver_machine receiver;
    std::shared_ptr<std::byte[]> stream; ///< receiver.stream_bytes() long
    std::size_t filled = 0;
    domain::instant last_chunk{};
  };

  std::uint32_t window_;
  domain::milliseconds stall_;
  std::optional<known_model> model_;
  std::optional<fetch> fetch_;
};

} // namespace fedloom::client
