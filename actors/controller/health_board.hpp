#pragma once
#include "messages/domain/expected.hpp"

#include <mutex>
#include <stdexcept>

namespace fedloom::controller {

/// Whether writes can be stored at this moment: kept by the actors that write, read by the HTTP threads.
class health_board {
public:
  /// `errc::none`: it takes everything (again).
  void store_says(domain::error reason) {
    const std::lock_guard lock(mutex_);
    reason_ = std::move(reason);
  }
  /// `storage_failed` is for good; whatever else befell a write, another one may succeed.
  void store_failed(const domain::error& reason) {
    if (reason.code == domain::errc::storage_failed) {
      store_says(reason);
    }
  }
  domain::expected<void> ready() const {
    const std::lock_guard lock(mutex_);
    return reason_.code == domain::errc::none ? domain::expected<void>{} : tl::unexpected(reason_);
  }

  /// Who begins now could only do again what it cannot store (round_store::write). Throws then: its supervisors are to
  /// give up soon, whatever the pace of its work, for the next process opens the store anew (I-8).
  void expect_able_store() const {
    if (const auto able = ready(); !able && able.error().code == domain::errc::storage_failed) {
      throw std::runtime_error("the store failed: " + able.error().text);
    }
  }

private:
  mutable std::mutex mutex_;
  domain::error reason_;
};

} // namespace fedloom::controller
