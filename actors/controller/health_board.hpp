#pragma once
#include "messages/domain/expected.hpp"

#include <mutex>

namespace fedloom::controller {

/// Whether writes can be stored at this moment: kept by the session actor, read by the HTTP threads.
class health_board {
public:
  /// `errc::none`: it takes everything (again).
  void store_says(domain::error reason) {
    const std::lock_guard lock(mutex_);
    reason_ = std::move(reason);
  }
  domain::expected<void> ready() const {
    const std::lock_guard lock(mutex_);
    return reason_.code == domain::errc::none ? domain::expected<void>{} : tl::unexpected(reason_);
  }

private:
  mutable std::mutex mutex_;
  domain::error reason_;
};

} // namespace fedloom::controller
