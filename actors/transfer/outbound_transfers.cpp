#include "actors/transfer/outbound_transfers.hpp"

#include "actors/transfer/digests.hpp"

namespace fedloom::transfer {

namespace {

std::vector<reply> replies(std::vector<send_chunk> parts) {
  std::vector<reply> out;
  out.reserve(parts.size());
  for (auto& part : parts) {
    out.push_back({part.what, std::move(part.payload)});
  }
  return out;
}

} // namespace

std::vector<reply> outbound_transfers::serve(receiver_key to, const stream_request& asked, const served_stream& what) {
  auto parts = begin(to, asked, what);
  return parts ? replies(std::move(*parts)) : std::vector{refuse(asked, parts.error())};
}

reply outbound_transfers::refuse(const stream_request& asked, domain::error reason) {
  return {domain::abort_transfer{asked.transfer, std::move(reason)}, {}};
}

std::vector<reply> outbound_transfers::received(receiver_key from, const domain::body& what) {
  return std::visit(domain::overloaded{
                        [&](const domain::grant& m) { return replies(step(from, m)); },
                        [&](const domain::credit& m) { return replies(step(from, m)); },
                        [&](const domain::abort_transfer& m) {
                          abort(from, m.transfer);
                          return std::vector<reply>{};
                        },
                        [](const auto&) { return std::vector<reply>{}; },
                    },
                    what);
}

domain::expected<std::vector<send_chunk>> outbound_transfers::begin(receiver_key to, const stream_request& asked,
                                                                    const served_stream& what) {
  const key id{to, asked.transfer};
  if (asked.from_chunk >= chunk_count(what.stream.size())) {
    return std::vector<send_chunk>{}; // nothing to send, hence nothing to keep
  }
  if (senders_.size() >= most_ && !senders_.contains(id)) {
    return domain::failure(domain::errc::busy, "too many transfers are open; ask again later");
  }
  const auto at = senders_.insert_or_assign(id, sender_machine{asked.transfer, what.stream, what.chunk_digests}).first;
  return finish_if_sent(at, at->second.step(domain::grant{asked.transfer, asked.from_chunk, asked.credit}));
}

std::vector<send_chunk> outbound_transfers::step(receiver_key to, const domain::grant& what) {
  const auto at = senders_.find({to, what.transfer});
  return at == senders_.end() ? std::vector<send_chunk>{} : finish_if_sent(at, at->second.step(what));
}

std::vector<send_chunk> outbound_transfers::step(receiver_key to, const domain::credit& what) {
  const auto at = senders_.find({to, what.transfer});
  return at == senders_.end() ? std::vector<send_chunk>{} : finish_if_sent(at, at->second.step(what));
}

void outbound_transfers::abort(receiver_key to, domain::transfer_id transfer) {
  senders_.erase({to, transfer});
}

void outbound_transfers::forget(receiver_key to) {
  senders_.erase(senders_.lower_bound({to, domain::transfer_id{0}}),
                 senders_.lower_bound({to + 1, domain::transfer_id{0}}));
}

std::vector<send_chunk> outbound_transfers::finish_if_sent(std::map<key, sender_machine>::iterator at,
                                                           std::vector<send_chunk> parts) {
  if (at->second.sent_all()) {
    senders_.erase(at); // a receiver that misses something asks again from the chunk it lacks
  }
  return parts;
}

} // namespace fedloom::transfer
