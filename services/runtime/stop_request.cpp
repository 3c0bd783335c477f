#include "services/runtime/stop_request.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>

namespace fedloom::runtime {

namespace {

sigset_t stop_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGTERM);
  ::sigaddset(&set, SIGINT);
  return set;
}

std::string name_of(std::uint32_t signal) {
  return signal == SIGTERM ? "SIGTERM" : "SIGINT";
}

} // namespace

struct stop_request::state {
  state() : wake(::eventfd(0, EFD_CLOEXEC)) {
    if (wake < 0) {
      throw std::system_error(errno, std::generic_category(), "eventfd");
    }
  }
  ~state() { ::close(wake); }

  std::mutex mutex;
  std::optional<outcome> asked; ///< under the mutex
  const int wake;
};

stop_request::stop_request() : state_(std::make_shared<state>()) {}

void stop_request::end(exit_code code, std::string reason) const {
  const std::lock_guard lock(state_->mutex);
  if (!state_->asked) {
    state_->asked = {code, std::move(reason)};
    ::eventfd_write(state_->wake, 1);
  }
}

stop_request::outcome stop_request::wait() const {
  const auto set = stop_signals();
  const int signals = ::signalfd(-1, &set, SFD_CLOEXEC);
  if (signals < 0) {
    throw std::system_error(errno, std::generic_category(), "signalfd");
  }
  std::array<pollfd, 2> events{{{signals, POLLIN, 0}, {state_->wake, POLLIN, 0}}};
  while (::poll(events.data(), events.size(), -1) < 0 && errno == EINTR) {
  }
  outcome result;
  if ((events[0].revents & POLLIN) != 0) {
    signalfd_siginfo got{};
    const auto count = ::read(signals, &got, sizeof got);
    result.reason = count == sizeof got ? name_of(got.ssi_signo) : "signal";
  } else {
    const std::lock_guard lock(state_->mutex);
    result = state_->asked.value_or(outcome{});
  }
  ::close(signals);
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  return result;
}

void block_stop_signals() {
  const auto set = stop_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

} // namespace fedloom::runtime
