#include "actors/transport/command_queue.hpp"

#include <cerrno>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace fedloom::transport {

command_queue::command_queue() : wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (wake_ < 0) {
    throw std::system_error(errno, std::generic_category(), "eventfd");
  }
}

command_queue::~command_queue() {
  ::close(wake_);
}

bool command_queue::push_send(send_command what, std::size_t bound) {
  const std::lock_guard lock{mutex_};
  if (waiting_.size() >= bound) {
    return false;
  }
  add(std::move(what));
  return true;
}

void command_queue::push(command what) {
  const std::lock_guard lock{mutex_};
  add(std::move(what));
}

void command_queue::close() {
  const std::lock_guard lock{mutex_};
  closed_ = true;
  wake();
}

void command_queue::add(command what) {
  waiting_.push_back(std::move(what));
  if (waiting_.size() == 1) {
    wake();
  }
}

void command_queue::wake() {
  const std::uint64_t one = 1;
  while (write(wake_, &one, sizeof one) < 0 && errno == EINTR) {
  }
}

command_queue::batch command_queue::take() {
  std::uint64_t written = 0;
  while (read(wake_, &written, sizeof written) < 0 && errno == EINTR) {
  }
  const std::lock_guard lock{mutex_};
  return {std::exchange(waiting_, {}), closed_};
}

} // namespace fedloom::transport
