#include "actors/combiner/model_cache_machine.hpp"

#include "actors/transfer/digests.hpp"

#include <algorithm>

namespace fedloom::combiner {

using namespace model_cache;
using domain::errc;

namespace {

bool is_model(const transfer::stream_name& name) {
  return std::holds_alternative<domain::model_id>(name);
}

std::string kind_of(const transfer::stream_name& name) {
  return is_model(name) ? "model" : "package";
}

void say(transport::peer_id to, std::vector<transfer::reply> replies, effects& out) {
  for (auto& one : replies) {
    out.emplace_back(send{to, std::move(one.what), std::move(one.payload)});
  }
}

} // namespace

effects model_cache_machine::need(domain::instant now, const transfer::stream_name& name, std::uint64_t stream_bytes) {
  if (const auto here = present_.find(name); here != present_.end()) {
    return {ready{name, here->second}};
  }
  if (pulls_.contains(name)) {
    return {};
  }
  const auto most = is_model(name) ? limits_.model_bytes : limits_.package_bytes;
  if (stream_bytes == 0 || stream_bytes > most) {
    return {failed{name,
                   {errc::too_large, "the " + kind_of(name) + " has " + std::to_string(stream_bytes) +
                                         " bytes, this combiner takes " + std::to_string(most)}}};
  }
  make_room_for(name);
  const domain::transfer_id transfer{next_transfer_++};
  auto& begun = pulls_.emplace(name, pull{{transfer, stream_bytes, limits_.window}}).first->second;
  return {ask_again(now, name, begun)};
}

/// Before the new one is held, so that memory stays bounded.
void model_cache_machine::make_room_for(const transfer::stream_name& name) {
  auto& alike = order_[name.index()];
  while (alike.size() >= (is_model(name) ? limits_.models : limits_.packages)) {
    present_.erase(alike.front());
    alike.pop_front();
  }
}

effects model_cache_machine::verified(const transfer::stream_name& name,
                                      domain::expected<transfer::served_stream> outcome) {
  if (!pulls_.contains(name)) {
    return {};
  }
  if (!outcome) {
    return fail(name, outcome.error());
  }
  pulls_.erase(name);
  order_[name.index()].push_back(name);
  const auto& held = present_.insert_or_assign(name, std::move(*outcome)).first->second;
  return {ready{name, held}};
}

effects model_cache_machine::from_controller(domain::instant now, const domain::message& what) {
  if (const auto* part = std::get_if<domain::chunk>(&what.what)) {
    return take(now, *part, what.payload);
  }
  if (const auto* over = std::get_if<domain::abort_transfer>(&what.what)) {
    for (const auto& [name, one] : pulls_) {
      if (one.receiver.transfer() == over->transfer && !one.verifying) {
        return fail(transfer::stream_name{name}, over->reason);
      }
    }
  }
  return {};
}

effects model_cache_machine::uplinked(domain::instant now) {
  effects out;
  for (auto& [name, one] : pulls_) {
    if (!one.verifying) {
      out.push_back(ask_again(now, name, one));
    }
  }
  return out;
}

effects model_cache_machine::tick(domain::instant now) {
  effects out;
  std::vector<transfer::stream_name> given_up;
  for (auto& [name, one] : pulls_) {
    if (one.verifying || now < one.last_chunk + limits_.stall) {
      continue;
    }
    if (++one.stalls > limits_.stalls) {
      given_up.push_back(name);
    } else {
      out.push_back(ask_again(now, name, one));
    }
  }
  for (const auto& name : given_up) {
    auto told = fail(name, {errc::timed_out, "the controller does not send the " + kind_of(name)});
    out.insert(out.end(), std::make_move_iterator(told.begin()), std::make_move_iterator(told.end()));
  }
  return out;
}

std::optional<domain::instant> model_cache_machine::next_wake() const {
  std::optional<domain::instant> wake;
  for (const auto& [name, one] : pulls_) {
    if (!one.verifying) {
      const auto due = one.last_chunk + limits_.stall;
      wake = wake ? std::min(*wake, due) : due;
    }
  }
  return wake;
}

effects model_cache_machine::asked(transport::peer_id from, const transfer::stream_request& what) {
  using transfers = transfer::outbound_transfers;
  effects out;
  const auto here = present_.find(what.what);
  if (here == present_.end()) {
    const domain::error reason{errc::not_found, "this combiner does not hold " + transfer::to_string(what.what)};
    say(from, {transfers::refuse(what, reason)}, out);
    return out;
  }
  auto replies = outbound_.serve(from.value(), what, here->second);
  const bool is_refused = !replies.empty() && std::holds_alternative<domain::abort_transfer>(replies.front().what);
  if (!is_refused) {
    const auto skipped = std::min<std::uint64_t>(what.from_chunk * domain::chunk_bytes, here->second.stream.size());
    out.emplace_back(served{what.what, here->second.stream.size() - skipped});
  }
  say(from, std::move(replies), out);
  return out;
}

effects model_cache_machine::from_client(transport::peer_id from, const domain::message& what) {
  if (const auto asked_for = transfer::request_in(what.what)) {
    return asked(from, *asked_for);
  }
  effects out;
  say(from, outbound_.received(from.value(), what.what), out);
  return out;
}

effects model_cache_machine::fail(const transfer::stream_name& name, domain::error reason) {
  pulls_.erase(name);
  return {failed{name, std::move(reason)}};
}

effects model_cache_machine::take(domain::instant now, const domain::chunk& what, const domain::shared_bytes& payload) {
  for (auto& [name, one] : pulls_) {
    if (one.verifying || one.receiver.transfer() != what.transfer) {
      continue;
    }
    if (transfer::digest_of(payload.span()) != what.content) {
      return fail(transfer::stream_name{name},
                  {errc::digest_mismatch, "a chunk of the " + kind_of(name) + " arrived damaged"});
    }
    auto taken = one.receiver.step(what, payload);
    if (!taken) {
      return fail(transfer::stream_name{name}, taken.error());
    }
    one.last_chunk = now;
    one.stalls = 0;
    effects out;
    if (taken->rewind) {
      out.emplace_back(ask_controller{*taken->rewind});
    }
    if (taken->more) {
      out.emplace_back(ask_controller{*taken->more});
    }
    if (taken->complete) {
      one.verifying = true;
      out.emplace_back(verify{name, one.receiver.take_chunks()});
    }
    return out;
  }
  return {};
}

effect model_cache_machine::ask_again(domain::instant now, const transfer::stream_name& name, pull& one) {
  one.last_chunk = now;
  return ask_controller{transfer::stream_request(name, one.receiver.open()).message()};
}

} // namespace fedloom::combiner
