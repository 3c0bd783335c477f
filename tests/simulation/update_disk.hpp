#pragma once
#include "actors/client/update_store.hpp"
#include "tests/simulation/surroundings.hpp"

#include <deque>

namespace fedloom::simulation {

/// A client's kept updates, with a history and with a disk's crashes. As in the file store, an update is there as a
/// whole or not at all, and with it all that was done before; that a file was renamed or removed is not synced, and a
/// power cut may undo it. The process may die before a write, and after it, when nobody has heard that it is there.
class update_disk final : public client::update_store {
public:
  update_disk(surroundings& around, std::string owner) : around_(around), owner_(std::move(owner)) {}

  domain::expected<domain::shared_bytes> put(client::stored_update what) override;
  domain::expected<void> move(const domain::round_key& from, const domain::round_key& to) override;
  void drop(const domain::round_key& round) override;
  std::vector<client::stored_update> all() const override;

  /// A process begins: what its predecessor left is what there is.
  void reopen();

private:
  using files = std::map<domain::round_key, std::pair<std::uint64_t, client::stored_update>>; ///< with their numbers

  void sync();
  void sync_later();
  void tell() const;

  surroundings& around_;
  std::string owner_;
  files now_;
  std::deque<files> unsynced_; ///< what a power cut may leave, instead of what is now
  std::uint64_t last_number_ = 0;
};

} // namespace fedloom::simulation
