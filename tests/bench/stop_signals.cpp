#include "tests/bench/stop_signals.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>

namespace fedloom::bench {

namespace {

sigset_t both() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

} // namespace

stop_signals::stop_signals() {
  const auto set = both();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  fd_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

stop_signals::~stop_signals() {
  // One that has come has been obeyed; unblocked, it would end the process before it could say so.
  signalfd_siginfo taken;
  while (::read(fd_, &taken, sizeof taken) > 0) {
  }
  ::close(fd_);
  const auto set = both();
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

} // namespace fedloom::bench
