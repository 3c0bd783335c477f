#pragma once
#include "actors/client/runtime/unique_fd.hpp"

#include <functional>
#include <stop_token>
#include <sys/eventfd.h>

namespace fedloom::client {

/// A stop request as something that poll() can wait for.
class stop_event {
public:
  explicit stop_event(std::stop_token stop)
      : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        callback_(std::move(stop), [this] { ::eventfd_write(fd(), 1); }) {}
  stop_event(const stop_event&) = delete;
  stop_event& operator=(const stop_event&) = delete;

  /// Readable once the stop is requested; negative without descriptors left.
  int fd() const noexcept { return fd_.get(); }

private:
  unique_fd fd_;
  std::stop_callback<std::function<void()>> callback_;
};

} // namespace fedloom::client
