#pragma once
#include <cstdint>
#include <vector>

namespace fedloom::transport {

/// Sleeps until one of many file descriptors is readable. Costs nothing per descriptor that is quiet. One thread.
class wakeups {
public:
  wakeups();
  ~wakeups();
  wakeups(const wakeups&) = delete;
  wakeups& operator=(const wakeups&) = delete;

  /// `key` names the descriptor in `wait`. False: the kernel has no room for it.
  [[nodiscard]] bool add(int fd, std::uint64_t key);
  /// Before the descriptor is closed.
  void remove(int fd);
  /// The keys of readable descriptors; empty after `timeout_ms` (-1: never) or a signal.
  const std::vector<std::uint64_t>& wait(int timeout_ms);

private:
  int epoll_;
  std::vector<std::uint64_t> ready_;
};

} // namespace fedloom::transport
