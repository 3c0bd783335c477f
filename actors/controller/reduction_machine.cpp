#include "actors/controller/reduction_machine.hpp"

#include <algorithm>

namespace fedloom::controller {

using namespace reduction;
using domain::errc;

namespace {

/// I-6 for what was trained from which model.
bool adds_up(const domain::partial& part) {
  std::uint64_t left = part.weight;
  for (const auto& one : part.parents) {
    if (one.weight == 0 || one.weight > left) {
      return false;
    }
    left -= one.weight;
  }
  return part.parents.empty() || left == 0;
}

} // namespace

effects reduction_machine::begin(const session::begin_sum& what) {
  drop();
  global_ = what.model;
  return {open_sum{what.about, what.model, what.scales}};
}

effects reduction_machine::fetch(const session::fetch_sum& what) {
  const auto lease = what.what.lease;
  if (active_ && active_->what.what.lease == lease) {
    if (!active_->receiver) {
      return {};
    }
    return {send{what.from, what.about, active_->receiver->open()}};
  }
  if (what.again || std::ranges::any_of(waiting_, [&](const auto& one) { return one.what.lease == lease; })) {
    return {};
  }
  if (!adds_up(what.what)) {
    return {tell_failed{lease, {errc::malformed, "the weights of a part's parents do not add up to its weight"}}};
  }
  waiting_.push_back(what);
  return begin_next();
}

effects reduction_machine::abandon(domain::lease_id lease) {
  const domain::error reason{errc::combiner_lost, "the combiner was lost before its sum had arrived"};
  if (active_ && active_->what.what.lease == lease) {
    return active_->receiver ? finish(reason) : effects{}; // merging cannot be taken back: it will be told as merged
  }
  if (std::erase_if(waiting_, [&](const auto& one) { return one.what.lease == lease; }) > 0) {
    return {tell_failed{lease, reason}};
  }
  return {};
}

effects reduction_machine::average(const session::average& what) {
  reduction::average out{what.about, what.how, what.divisor, {}, what.state};
  for (const auto& [model, weight] : parents_) {
    out.parents.push_back({model, weight});
  }
  return {std::move(out)};
}

effects reduction_machine::drop() {
  waiting_.clear();
  active_.reset();
  parents_.clear();
  return {close_sum{}};
}

effects reduction_machine::received(const domain::combiner_id& from, const domain::chunk& what,
                                    domain::shared_bytes payload) {
  if (!active_ || !active_->receiver || active_->what.from != from || active_->receiver->transfer() != what.transfer) {
    return {};
  }
  auto& receiver = *active_->receiver;
  const auto about = active_->what.about;
  const auto taken = receiver.step(what, std::move(payload));
  if (!taken) {
    effects out{send{from, about, domain::abort_transfer{what.transfer, taken.error()}}};
    auto rest = finish(taken.error());
    out.insert(out.end(), std::make_move_iterator(rest.begin()), std::make_move_iterator(rest.end()));
    return out;
  }
  effects out;
  if (taken->rewind) {
    out.emplace_back(send{from, about, *taken->rewind});
  }
  if (taken->more) {
    out.emplace_back(send{from, about, *taken->more});
  }
  if (taken->complete) {
    auto announced = receiver.digests();
    auto pieces = receiver.take_chunks();
    active_->receiver.reset();
    const auto& part = active_->what.what;
    out.emplace_back(merge{part.lease, std::move(pieces), std::move(announced), part.sum_digest, part.weight});
  }
  return out;
}

effects reduction_machine::received(const domain::combiner_id& from, const domain::abort_transfer& what) {
  if (active_ && active_->receiver && active_->what.from == from && active_->receiver->transfer() == what.transfer) {
    return finish(what.reason);
  }
  return {};
}

effects reduction_machine::merged(domain::lease_id lease, const domain::error& reason) {
  if (!active_ || active_->receiver || active_->what.what.lease != lease) {
    return {};
  }
  if (reason.code == errc::none) {
    note_parents(active_->what.what);
  }
  return finish(reason);
}

void reduction_machine::note_parents(const domain::partial& merged) {
  for (const auto& one : merged.parents) {
    if (one.model != global_) {
      parents_[one.model] += one.weight; // no more than the round's total weight, or the sum would not have been merged
    }
  }
}

effects reduction_machine::begin_next() {
  if (active_ || waiting_.empty()) {
    return {};
  }
  active_.emplace(active_fetch{std::move(waiting_.front()), std::nullopt});
  waiting_.pop_front();
  const auto& part = active_->what.what;
  active_->receiver.emplace(part.transfer, part.sum_bytes, window_);
  return {send{active_->what.from, active_->what.about, active_->receiver->open()}};
}

effects reduction_machine::finish(domain::error reason) {
  effects out;
  const auto lease = active_->what.what.lease;
  active_.reset();
  if (reason.code == errc::none) {
    out.emplace_back(tell_merged{lease});
  } else {
    out.emplace_back(tell_failed{lease, std::move(reason)});
  }
  auto next = begin_next();
  out.insert(out.end(), std::make_move_iterator(next.begin()), std::make_move_iterator(next.end()));
  return out;
}

} // namespace fedloom::controller
