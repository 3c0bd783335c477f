#include "actors/controller/hand_out_machine.hpp"

namespace fedloom::controller {

using namespace hand_out;

namespace {

void say(transport::peer_id to, std::vector<transfer::reply> replies, effects& out) {
  for (auto& one : replies) {
    out.emplace_back(send{to, std::move(one.what), std::move(one.payload)});
  }
}

} // namespace

std::size_t hand_out_machine::most_of(const transfer::stream_name& name) const {
  return std::holds_alternative<domain::model_id>(name) ? limits_.models : limits_.packages;
}

void hand_out_machine::offer(const transfer::stream_name& name, transfer::served_stream what) {
  if (held_.contains(name)) {
    return;
  }
  auto& alike = order_[name.index()];
  while (alike.size() >= most_of(name)) {
    held_.erase(alike.front());
    alike.pop_front();
  }
  alike.push_back(name);
  held_.emplace(name, std::move(what));
}

effects hand_out_machine::asked(transport::peer_id from, const transfer::stream_request& what) {
  effects out;
  if (const auto here = held_.find(what.what); here != held_.end()) {
    say(from, outbound_.serve(from.value(), what, here->second), out);
    return out;
  }
  auto& waiting = waiting_[what.what];
  waiting.emplace_back(from, what);
  if (waiting.size() == 1) {
    out.emplace_back(load{what.what});
  }
  return out;
}

effects hand_out_machine::loaded(const transfer::stream_name& name, domain::expected<transfer::served_stream> outcome) {
  auto waiting = waiting_.extract(name);
  if (outcome) {
    offer(name, *outcome);
  }
  effects out;
  if (waiting.empty()) {
    return out;
  }
  for (const auto& [peer, asked_for] : waiting.mapped()) {
    say(peer,
        outcome ? outbound_.serve(peer.value(), asked_for, *outcome)
                : std::vector{transfer::outbound_transfers::refuse(asked_for, outcome.error())},
        out);
  }
  return out;
}

void hand_out_machine::gone(transport::peer_id peer) {
  outbound_.forget(peer.value());
  for (auto& [name, waiting] : waiting_) { // or a transfer to nobody would begin, and never end
    std::erase_if(waiting, [&](const auto& one) { return one.first == peer; });
  }
}

effects hand_out_machine::received(transport::peer_id from, const domain::message& what) {
  effects out;
  say(from, outbound_.received(from.value(), what.what), out);
  return out;
}

} // namespace fedloom::controller
