#include "actors/controller/round_feed.hpp"

#include <algorithm>

namespace fedloom::controller {

void round_feed::publish(feed_entry what) {
  {
    const std::lock_guard lock(mutex_);
    entries_.push_back(std::move(what));
    if (entries_.size() > kept) {
      entries_.pop_front();
      ++first_;
    }
  }
  arrived_.notify_all();
}

std::uint64_t round_feed::now() const {
  const std::lock_guard lock(mutex_);
  return first_ + entries_.size();
}

std::optional<feed_entry> round_feed::next(std::uint64_t& cursor, std::stop_token stop,
                                           std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  arrived_.wait_for(lock, stop, limit, [&] { return cursor < first_ + entries_.size(); });
  cursor = std::max(cursor, first_);
  if (cursor >= first_ + entries_.size()) {
    return std::nullopt;
  }
  return entries_[cursor++ - first_];
}

} // namespace fedloom::controller
