#pragma once
#include "messages/domain/ids.hpp"

#include <mutex>
#include <set>

namespace fedloom::controller {

/// Who is alive at this moment, for those who may not ask an actor: kept by the registry, read by the HTTP threads.
/// Liveness is not in the store, for it does not outlive the process.
class presence_board {
public:
  void set(const domain::client_id& client, bool online) {
    const std::lock_guard lock(mutex_);
    online ? void(clients_.insert(client)) : void(clients_.erase(client));
  }
  void set(const domain::combiner_id& combiner, bool alive) {
    const std::lock_guard lock(mutex_);
    alive ? void(combiners_.insert(combiner)) : void(combiners_.erase(combiner));
  }
  bool has(const domain::client_id& client) const {
    const std::lock_guard lock(mutex_);
    return clients_.contains(client);
  }
  bool has(const domain::combiner_id& combiner) const {
    const std::lock_guard lock(mutex_);
    return combiners_.contains(combiner);
  }
  std::size_t clients() const {
    const std::lock_guard lock(mutex_);
    return clients_.size();
  }
  std::size_t combiners() const {
    const std::lock_guard lock(mutex_);
    return combiners_.size();
  }
  /// The registry starts anew.
  void clear() {
    const std::lock_guard lock(mutex_);
    clients_.clear();
    combiners_.clear();
  }

private:
  mutable std::mutex mutex_;
  std::set<domain::client_id> clients_;
  std::set<domain::combiner_id> combiners_;
};

} // namespace fedloom::controller
