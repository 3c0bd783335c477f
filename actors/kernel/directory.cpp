#include "actors/kernel/directory.hpp"

#include <utility>

// Handles leave the map under the lock and are released behind it: the last handle's release ends an actor, and a
// supervisor that ends comes back here.
namespace fedloom::kernel {

void directory::enter(const std::string& name, caf::strong_actor_ptr who) {
  const std::lock_guard lock(mutex_);
  // `who` takes the former holder out with it.
  std::swap(entries_[name], who);
}

caf::actor directory::enter_new(const std::string& name, const std::function<caf::actor()>& make) {
  caf::strong_actor_ptr former;
  const std::lock_guard lock(mutex_);
  auto made = make();
  if (made) {
    former = std::exchange(entries_[name], caf::actor_cast<caf::strong_actor_ptr>(made));
  }
  return made;
}

void directory::leave(const std::string& name, const caf::actor_addr& who) {
  caf::strong_actor_ptr released;
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(name);
  if (entry != entries_.end() && caf::actor_cast<caf::actor_addr>(entry->second) == who) {
    released = std::move(entry->second);
    entries_.erase(entry);
  }
}

caf::strong_actor_ptr directory::find(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(name);
  return entry == entries_.end() ? nullptr : entry->second;
}

} // namespace fedloom::kernel
