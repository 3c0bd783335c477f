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
  fd_ = ::signalfd(-1, &set, SFD_CLOEXEC);
}

stop_signals::~stop_signals() {
  ::close(fd_);
  const auto set = both();
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

} // namespace fedloom::bench
