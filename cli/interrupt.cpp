#include "cli/interrupt.hpp"

#include "cli/exit_code.hpp"

#include <csignal>
#include <cstdint>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace fedloom::cli {

interrupt_watch::interrupt_watch() {
  sigset_t both;
  sigemptyset(&both);
  sigaddset(&both, SIGINT);
  sigaddset(&both, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &both, nullptr);
  signals_ = ::signalfd(-1, &both, SFD_CLOEXEC);
  ending_ = ::eventfd(0, EFD_CLOEXEC);
  watching_ = std::jthread([this] { wait_for_signals(); });
}

interrupt_watch::~interrupt_watch() {
  ::eventfd_write(ending_, 1);
  watching_.join();
  ::close(signals_);
  ::close(ending_);
}

void interrupt_watch::wait_for_signals() {
  while (true) {
    pollfd both[] = {{signals_, POLLIN, 0}, {ending_, POLLIN, 0}};
    if (::poll(both, 2, -1) > 0 && both[1].revents != 0) {
      return;
    }
    signalfd_siginfo which{};
    if (both[0].revents == 0 || ::read(signals_, &which, sizeof which) != sizeof which) {
      continue;
    }
    if (!source_.request_stop()) {
      ::_exit(static_cast<int>(exit_code::interrupted));
    }
  }
}

} // namespace fedloom::cli
