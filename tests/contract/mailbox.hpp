#pragma once
#include "actors/transport/gateway.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace fedloom::transport {

/// What a gateway delivered, for a test that waits for it. Outlives its gateway.
class mailbox {
public:
  struct contents {
    std::vector<inbound> messages;
    std::vector<peer_notice> notices;
  };
  using condition = std::function<bool(const contents&)>;

  inbox entry() {
    return {[this](inbound what) { put([&](contents& all) { all.messages.push_back(std::move(what)); }); },
            [this](peer_notice what) { put([&](contents& all) { all.notices.push_back(std::move(what)); }); }};
  }

  /// The gateway's thread stands still in its next delivery.
  void freeze() { set_frozen(true); }
  void thaw() { set_frozen(false); }

  contents now() const {
    const std::lock_guard lock{mutex_};
    return all_;
  }
  bool holds(const condition& enough) const {
    const std::lock_guard lock{mutex_};
    return enough(all_);
  }
  /// False after `limit`: for tests that fail, and for those that try again.
  bool wait(const condition& enough, std::chrono::milliseconds limit = std::chrono::seconds{60}) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, limit, [&] { return enough(all_); });
  }

private:
  template <class Change>
  void put(Change change) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return !frozen_; });
    change(all_);
    changed_.notify_all();
  }
  void set_frozen(bool frozen) {
    const std::lock_guard lock{mutex_};
    frozen_ = frozen;
    changed_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  contents all_;
  bool frozen_ = false;
};

/// A gateway with its mailbox.
struct station {
  ~station() {
    box.thaw(); // its thread must be able to end
    door.reset();
  }

  mailbox box;
  std::unique_ptr<gateway> door;
  std::string endpoint; ///< where it listens; empty: nowhere
};

inline bool told_gone(const mailbox::contents& all, peer_id peer) {
  return std::ranges::any_of(
      all.notices, [&](const peer_notice& each) { return each.peer == peer && each.change == peer_change::gone; });
}

} // namespace fedloom::transport
