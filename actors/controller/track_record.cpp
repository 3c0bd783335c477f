#include "actors/controller/track_record.hpp"

namespace fedloom::controller {

namespace {

constexpr double weight_of_newest = 0.25;

double mixed(double before, double newest) {
  return before + weight_of_newest * (newest - before);
}

/// Not the client's own doing.
bool is_excused(domain::errc code) {
  using enum domain::errc;
  return code == combiner_lost || code == draining || code == cancelled || code == paused || code == unavailable ||
         code == storage_full || code == storage_failed || code == out_of_range;
}

} // namespace

void track_record::note(const domain::round_record& ended) {
  ++rounds_;
  for (const auto& one : ended.contributions) {
    bool is_new = false;
    if (auto* known = seen_now(one.client, is_new)) {
      known->answers = is_new ? 1 : mixed(known->answers, 1);
      if (const auto took = static_cast<double>(one.took.count()); took > 0) {
        known->milliseconds = known->milliseconds ? mixed(*known->milliseconds, took) : took;
      }
    }
  }
  for (const auto& one : ended.failures) {
    bool is_new = false;
    if (is_excused(one.reason.code)) {
      continue;
    }
    if (auto* known = seen_now(one.client, is_new)) {
      known->answers = is_new ? 0 : mixed(known->answers, 0);
    }
  }
}

track_record::observed* track_record::seen_now(const domain::client_id& client, bool& is_new) {
  if (clients_.size() >= clients_most && !clients_.contains(client)) {
    return nullptr;
  }
  const auto [at, added] = clients_.try_emplace(client);
  is_new = added;
  at->second.last_asked = rounds_;
  return &at->second;
}

const track_record::observed* track_record::find(const domain::client_id& client) const {
  const auto found = clients_.find(client);
  return found == clients_.end() || rounds_ - found->second.last_asked > rounds_remembered ? nullptr : &found->second;
}

} // namespace fedloom::controller
