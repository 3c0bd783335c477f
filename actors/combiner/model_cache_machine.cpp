#include "actors/combiner/model_cache_machine.hpp"

#include "actors/transfer/digests.hpp"

#include <algorithm>

namespace fedloom::combiner {

using namespace model_cache;
using domain::errc;

namespace {

void say(transport::peer_id to, std::vector<transfer::reply> replies, effects& out) {
  for (auto& one : replies) {
    out.emplace_back(send{to, std::move(one.what), std::move(one.payload)});
  }
}

} // namespace

effects model_cache_machine::need(domain::instant now, const domain::model_id& model, std::uint64_t stream_bytes) {
  if (const auto here = present_.find(model); here != present_.end()) {
    return {ready{model, here->second}};
  }
  if (pulls_.contains(model)) {
    return {};
  }
  if (stream_bytes == 0 || stream_bytes > limits_.model_bytes) {
    return {failed{model,
                   {errc::too_large, "the model has " + std::to_string(stream_bytes) + " bytes, this combiner takes " +
                                         std::to_string(limits_.model_bytes)}}};
  }
  while (order_.size() >= limits_.models) { // before the new one is held, so that memory stays bounded
    present_.erase(order_.front());
    order_.pop_front();
  }
  const domain::transfer_id transfer{next_transfer_++};
  auto& begun = pulls_.emplace(model, pull{{transfer, stream_bytes, limits_.window}}).first->second;
  return {ask_again(now, model, begun)};
}

effects model_cache_machine::verified(const domain::model_id& model,
                                      domain::expected<transfer::served_stream> outcome) {
  if (!pulls_.contains(model)) {
    return {};
  }
  if (!outcome) {
    return fail(model, outcome.error());
  }
  pulls_.erase(model);
  order_.push_back(model);
  const auto& held = present_.insert_or_assign(model, std::move(*outcome)).first->second;
  return {ready{model, held}};
}

effects model_cache_machine::from_controller(domain::instant now, const domain::message& what) {
  if (const auto* part = std::get_if<domain::chunk>(&what.what)) {
    return take(now, *part, what.payload);
  }
  if (const auto* over = std::get_if<domain::abort_transfer>(&what.what)) {
    for (const auto& [model, one] : pulls_) {
      if (one.receiver.transfer() == over->transfer && !one.verifying) {
        return fail(domain::model_id{model}, over->reason);
      }
    }
  }
  return {};
}

effects model_cache_machine::uplinked(domain::instant now) {
  effects out;
  for (auto& [model, one] : pulls_) {
    if (!one.verifying) {
      out.push_back(ask_again(now, model, one));
    }
  }
  return out;
}

effects model_cache_machine::tick(domain::instant now) {
  effects out;
  std::vector<domain::model_id> given_up;
  for (auto& [model, one] : pulls_) {
    if (one.verifying || now < one.last_chunk + limits_.stall) {
      continue;
    }
    if (++one.stalls > limits_.stalls) {
      given_up.push_back(model);
    } else {
      out.push_back(ask_again(now, model, one));
    }
  }
  for (const auto& model : given_up) {
    auto told = fail(model, {errc::timed_out, "the controller does not send the model"});
    out.insert(out.end(), std::make_move_iterator(told.begin()), std::make_move_iterator(told.end()));
  }
  return out;
}

std::optional<domain::instant> model_cache_machine::next_wake() const {
  std::optional<domain::instant> wake;
  for (const auto& [model, one] : pulls_) {
    if (!one.verifying) {
      const auto due = one.last_chunk + limits_.stall;
      wake = wake ? std::min(*wake, due) : due;
    }
  }
  return wake;
}

effects model_cache_machine::asked(transport::peer_id from, const domain::get_model& what) {
  using transfers = transfer::outbound_transfers;
  effects out;
  const auto here = present_.find(what.model);
  if (here == present_.end()) {
    const domain::error reason{errc::not_found, "this combiner does not hold model " + to_hex(what.model)};
    say(from, {transfers::refuse(what, reason)}, out);
    return out;
  }
  auto replies = outbound_.serve(from.value(), what, here->second);
  const bool is_refused = !replies.empty() && std::holds_alternative<domain::abort_transfer>(replies.front().what);
  if (!is_refused) {
    const auto skipped = std::min<std::uint64_t>(what.from_chunk * domain::chunk_bytes, here->second.stream.size());
    out.emplace_back(served{what.model, here->second.stream.size() - skipped});
  }
  say(from, std::move(replies), out);
  return out;
}

effects model_cache_machine::from_client(transport::peer_id from, const domain::message& what) {
  if (const auto* asked_for = std::get_if<domain::get_model>(&what.what)) {
    return asked(from, *asked_for);
  }
  effects out;
  say(from, outbound_.received(from.value(), what.what), out);
  return out;
}

effects model_cache_machine::fail(const domain::model_id& model, domain::error reason) {
  pulls_.erase(model);
  return {failed{model, std::move(reason)}};
}

effects model_cache_machine::take(domain::instant now, const domain::chunk& what, const domain::shared_bytes& payload) {
  for (auto& [model, one] : pulls_) {
    if (one.verifying || one.receiver.transfer() != what.transfer) {
      continue;
    }
    if (transfer::digest_of(payload.span()) != what.content) {
      return fail(domain::model_id{model}, {errc::digest_mismatch, "a chunk of the model arrived damaged"});
    }
    auto taken = one.receiver.step(what, payload);
    if (!taken) {
      return fail(domain::model_id{model}, taken.error());
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
      out.emplace_back(verify{model, one.receiver.take_chunks()});
    }
    return out;
  }
  return {};
}

effect model_cache_machine::ask_again(domain::instant now, const domain::model_id& model, pull& one) {
  one.last_chunk = now;
  const auto from = one.receiver.open();
  return ask_controller{domain::get_model{model, from.transfer, from.from_chunk, from.credit}};
}

} // namespace fedloom::combiner
