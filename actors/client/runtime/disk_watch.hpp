#pragma once
#include "actors/client/runtime/confinement.hpp"

#include <chrono>

namespace fedloom::client {

/// Looks now and then how much a confined command has written since this object was made.
class disk_watch {
public:
  explicit disk_watch(const confinement& within);
  /// When `finds_too_much` has something to do; never if there is no limit.
  std::chrono::steady_clock::time_point next_look() const { return next_; }
  /// True once, when it is more than allowed.
  bool finds_too_much();

private:
  const confinement& within_;
  std::uint64_t before_ = 0;
  std::chrono::steady_clock::time_point next_ = std::chrono::steady_clock::time_point::max();
};

} // namespace fedloom::client
