#include "actors/transport/wakeups.hpp"

#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <system_error>
#include <unistd.h>

namespace fedloom::transport {

wakeups::wakeups() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) {
    throw std::system_error(errno, std::generic_category(), "epoll_create1");
  }
}

wakeups::~wakeups() {
  close(epoll_);
}

bool wakeups::add(int fd, std::uint64_t key) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = key;
  return epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0;
}

void wakeups::remove(int fd) {
  epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
}

const std::vector<std::uint64_t>& wakeups::wait(int timeout_ms) {
  std::array<epoll_event, 256> events; // NOLINT: filled by the kernel
  const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout_ms);
  ready_.clear();
  for (int i = 0; i < count; ++i) {
    ready_.push_back(events[static_cast<std::size_t>(i)].data.u64);
  }
  return ready_;
}

} // namespace fedloom::transport
