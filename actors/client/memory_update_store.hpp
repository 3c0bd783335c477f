#pragma once
#include "actors/client/update_store.hpp"

#include <list>
#include <mutex>

namespace fedloom::client {

/// Holds the bytes that it was given, no copies.
class memory_update_store final : public update_store {
public:
  domain::expected<domain::shared_bytes> put(stored_update what) override;
  domain::expected<void> move(const domain::round_key& from, const domain::round_key& to) override;
  void drop(const domain::round_key& round) override;
  std::vector<stored_update> all() const override;

private:
  mutable std::mutex mutex_;
  std::list<stored_update> held_; ///< the oldest first
};

} // namespace fedloom::client
