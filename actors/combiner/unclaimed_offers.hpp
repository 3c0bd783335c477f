#pragma once
#include "messages/domain/chrono.hpp"
#include "messages/domain/ids.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

namespace fedloom::combiner {

/// Offers that no collection wants yet, with the time since when they wait. Thousands may come at once after a restart.
class unclaimed_offers {
public:
  /// Beyond `per_client` an offer is not remembered; the client makes it again when it is asked or connects anew.
  explicit unclaimed_offers(std::size_t per_client) : per_client_(per_client) {}

  void add(const domain::update_key& key, domain::instant now) {
    oldest_ = waiting_.empty() ? now : oldest_;
    auto& of_client = waiting_[key.client];
    if (of_client.size() < per_client_) {
      of_client.try_emplace(key.round, now);
    }
  }
  void forget(const domain::client_id& client) { waiting_.erase(client); }

  /// All for which `is_done` holds are forgotten.
  template <class F>
  void settle(F&& is_done) {
    for (auto at = waiting_.begin(); at != waiting_.end();) {
      auto& [client, offers] = *at;
      std::erase_if(offers, [&, who = client](const auto& one) {
        return is_done(domain::update_key{one.first, who}, one.second);
      });
      at = offers.empty() ? waiting_.erase(at) : std::next(at);
    }
  }
  /// Those that have been waiting since `latest` or longer; they are forgotten.
  std::vector<domain::update_key> take_until(domain::instant latest) {
    std::vector<domain::update_key> taken;
    auto rest = domain::instant::max();
    settle([&](const domain::update_key& key, domain::instant since) {
      const bool is_due = since <= latest;
      is_due ? taken.push_back(key) : void(rest = std::min(rest, since));
      return is_due;
    });
    oldest_ = rest;
    return taken;
  }
  /// No offer has waited for longer; none: there is no offer.
  std::optional<domain::instant> oldest() const { return waiting_.empty() ? std::nullopt : std::optional{oldest_}; }

private:
  std::size_t per_client_;
  std::map<domain::client_id, std::map<domain::round_key, domain::instant>> waiting_;
  domain::instant oldest_{};
};

} // namespace fedloom::combiner
