#pragma once
#include <caf/actor.hpp>
#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/send.hpp>

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace fedloom::kernel {

/// Names of a service's living actors, kept by the supervisor: entered when a child starts, erased when it dies. Any
/// thread. Senders look up per message, so that a restarted child is found; what is sent in the gap between death and
/// restart is lost, as on the wire, and made good by the same idempotent dialogs.
class directory {
public:
  void enter(const std::string& name, caf::strong_actor_ptr who);
  /// Enters whom `make` makes, if anybody. Look-ups wait meanwhile: the new one may speak before it is entered, and the
  /// answers must find it.
  caf::actor enter_new(const std::string& name, const std::function<caf::actor()>& make);
  /// Erases only if `name` still stands for `who`.
  void leave(const std::string& name, const caf::actor_addr& who);
  caf::strong_actor_ptr find(const std::string& name) const;

  /// The typed handle; empty (`!handle`) when nobody has the name.
  template <class Handle>
  Handle at(const std::string& name) const {
    return caf::actor_cast<Handle>(find(name));
  }

  /// False: nobody there at the moment.
  template <class Handle, class... Ts>
  bool send(const std::string& name, Ts&&... xs) const {
    auto handle = at<Handle>(name);
    if (!handle) {
      return false;
    }
    caf::anon_send(handle, std::forward<Ts>(xs)...);
    return true;
  }

private:
  mutable std::recursive_mutex mutex_; ///< a supervisor that is made under it may enter its own children
  std::map<std::string, caf::strong_actor_ptr> entries_;
};

} // namespace fedloom::kernel
