#include "actors/controller/hand_out_machine.hpp"

namespace fedloom::controller {

using namespace hand_out;

void hand_out_machine::offer(const domain::model_id& model, transfer::served_stream what) {
  if (held_.contains(model)) {
    return;
  }
  while (order_.size() >= models_) {
    held_.erase(order_.front());
    order_.pop_front();
  }
  order_.push_back(model);
  held_.emplace(model, std::move(what));
}

effects hand_out_machine::asked(transport::peer_id from, const domain::get_model& what) {
  if (const auto here = held_.find(what.model); here != held_.end()) {
    return serve(from, what, here->second);
  }
  auto& waiting = waiting_[what.model];
  waiting.emplace_back(from, what);
  return waiting.size() == 1 ? effects{load{what.model}} : effects{};
}

effects hand_out_machine::loaded(const domain::model_id& model, domain::expected<transfer::served_stream> outcome) {
  auto waiting = waiting_.extract(model);
  if (outcome) {
    offer(model, *outcome);
  }
  effects out;
  if (waiting.empty()) {
    return out;
  }
  for (const auto& [peer, asked_for] : waiting.mapped()) {
    auto one = outcome ? serve(peer, asked_for, *outcome)
                       : effects{send{peer, domain::abort_transfer{asked_for.transfer, outcome.error()}, {}}};
    out.insert(out.end(), std::make_move_iterator(one.begin()), std::make_move_iterator(one.end()));
  }
  return out;
}

effects hand_out_machine::received(transport::peer_id from, const domain::message& what) {
  std::vector<transfer::send_chunk> parts;
  if (const auto* more = std::get_if<domain::credit>(&what.what)) {
    parts = outbound_.step(from.value(), *more);
  } else if (const auto* again = std::get_if<domain::grant>(&what.what)) {
    parts = outbound_.step(from.value(), *again);
  } else if (const auto* over = std::get_if<domain::abort_transfer>(&what.what)) {
    outbound_.abort(from.value(), over->transfer);
  }
  effects out;
  for (auto& part : parts) {
    out.emplace_back(send{from, part.what, std::move(part.payload)});
  }
  return out;
}

effects hand_out_machine::serve(transport::peer_id to, const domain::get_model& what,
                                const transfer::served_stream& from) {
  auto parts = outbound_.begin(to.value(), what, from);
  if (!parts) {
    return {send{to, domain::abort_transfer{what.transfer, parts.error()}, {}}};
  }
  effects out;
  for (auto& part : *parts) {
    out.emplace_back(send{to, part.what, std::move(part.payload)});
  }
  return out;
}

} // namespace fedloom::controller
