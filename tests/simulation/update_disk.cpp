#include "tests/simulation/update_disk.hpp"

#include <algorithm>

namespace fedloom::simulation {

namespace {

constexpr double cut_off = 0.3; ///< how many deaths are power cuts
/// The longest that the planted bug leaves an update in memory that it said to be on disk.
constexpr domain::milliseconds sync_pause{200};

} // namespace

domain::expected<domain::shared_bytes> update_disk::put(client::stored_update what) {
  around_.crashes.pass(owner_);
  if (auto trouble = around_.next_trouble(owner_); trouble.code != domain::errc::none) {
    return tl::unexpected(std::move(trouble));
  }
  const bool is_synced = around_.planted != planted_bug::offer_before_store;
  if (!is_synced) {
    unsynced_.push_back(now_);
  }
  const auto key = what.head.round;
  const auto stream = what.stream;
  now_.insert_or_assign(key, std::pair{++last_number_, std::move(what)});
  is_synced ? sync() : sync_later();
  around_.crashes.pass(owner_);
  return stream;
}

domain::expected<void> update_disk::move(const domain::round_key& from, const domain::round_key& to) {
  if (const auto at = now_.find(from); at != now_.end()) {
    unsynced_.push_back(now_);
    auto moved = now_.extract(at);
    moved.key() = moved.mapped().second.head.round = to;
    now_.erase(to);
    now_.insert(std::move(moved));
    tell();
  }
  return {};
}

void update_disk::drop(const domain::round_key& round) {
  if (const auto at = now_.find(round); at != now_.end()) {
    unsynced_.push_back(now_);
    now_.erase(at);
    tell();
  }
}

std::vector<client::stored_update> update_disk::all() const {
  std::map<std::uint64_t, client::stored_update> by_age;
  for (const auto& [key, one] : now_) {
    by_age.insert(one);
  }
  std::vector<client::stored_update> found;
  std::ranges::transform(by_age, std::back_inserter(found), [](const auto& one) { return one.second; });
  return found;
}

void update_disk::reopen() {
  if (!unsynced_.empty() && around_.clock.chance(cut_off)) {
    trace(around_.clock.now(), owner_, "finds its updates as they were a while ago");
    now_ = unsynced_[around_.clock.pick(unsynced_.size())];
  }
  sync();
}

void update_disk::sync() {
  unsynced_.clear();
  tell();
}

void update_disk::sync_later() {
  around_.clock.after(around_.clock.pause(domain::milliseconds{0}, sync_pause), [this, life = around_.deaths[owner_]] {
    if (around_.deaths[owner_] == life) {
      sync();
    }
  });
}

void update_disk::tell() const {
  event::holds said{owner_, {}};
  for (const auto& [key, one] : now_) {
    said.what.emplace(key, one.second.head.what.content);
  }
  around_.happened(std::move(said));
}

} // namespace fedloom::simulation
