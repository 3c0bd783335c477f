#pragma once

namespace fedloom::bench {

/// Takes SIGINT and SIGTERM over while it lives, so that a measurement can end its processes and remove its files
/// first. Main thread, before any other thread exists.
class stop_signals {
public:
  stop_signals();
  ~stop_signals();
  stop_signals(const stop_signals&) = delete;
  stop_signals& operator=(const stop_signals&) = delete;

  /// Readable for poll() once one has come.
  int fd() const noexcept { return fd_; }

private:
  int fd_ = -1;
};

} // namespace fedloom::bench
