#include "actors/client/stream_fetch.hpp"

#include "actors/transfer/digests.hpp"

#include <cstring>

namespace fedloom::client {

using namespace work;

std::optional<transfer::stream_name> stream_fetch::under_way() const {
  return fetch_ ? std::optional{fetch_->name} : std::nullopt;
}

effect stream_fetch::begin(domain::instant now, domain::transfer_id transfer, const transfer::stream_name& name,
                           std::uint64_t bytes) {
  held_.reset(); // before the new one is allocated
  fetch_.emplace(fetch{name, {transfer, bytes, window_}, std::make_shared_for_overwrite<std::byte[]>(bytes)});
  return go_on(now);
}

effect stream_fetch::go_on(domain::instant now) {
  fetch_->last_chunk = now;
  return send{{}, transfer::stream_request(fetch_->name, fetch_->receiver.open()).message(), {}};
}

domain::expected<effects> stream_fetch::received(domain::instant now, const domain::chunk& what,
                                                 const domain::shared_bytes& payload) {
  effects out;
  if (!is_of(what.transfer)) {
    return out;
  }
  if (transfer::digest_of(payload.span()) != what.content) {
    return domain::failure(domain::errc::digest_mismatch, "a chunk of the stream arrived damaged");
  }
  const auto taken = fetch_->receiver.step(what, payload);
  if (!taken) {
    return tl::unexpected(taken.error());
  }
  for (const auto& piece : fetch_->receiver.take_chunks()) {
    std::memcpy(fetch_->stream.get() + fetch_->filled, piece.data(), piece.size());
    fetch_->filled += piece.size();
  }
  fetch_->last_chunk = now;
  if (taken->rewind) {
    out.emplace_back(send{{}, *taken->rewind, {}});
  }
  if (taken->more) {
    out.emplace_back(send{{}, *taken->more, {}});
  }
  if (taken->complete) {
    const domain::byte_span bytes{fetch_->stream.get(), fetch_->filled};
    held_ = {fetch_->name, {fetch_->stream, bytes}};
    fetch_.reset();
  }
  return out;
}

effect stream_fetch::give_up(const domain::error& reason) {
  const auto transfer = fetch_->receiver.transfer();
  fetch_.reset();
  return send{{}, domain::abort_transfer{transfer, reason}, {}};
}

std::optional<domain::instant> stream_fetch::stalled_at() const {
  return fetch_ ? std::optional{fetch_->last_chunk + stall_} : std::nullopt;
}

} // namespace fedloom::client
