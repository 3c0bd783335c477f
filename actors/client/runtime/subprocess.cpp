#include "actors/client/runtime/subprocess.hpp"

#include "actors/client/runtime/output_tail.hpp"
#include "actors/client/runtime/process_group.hpp"
#include "actors/client/runtime/unique_fd.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <limits>
#include <optional>
#include <poll.h>
#include <sys/eventfd.h>

namespace fedloom::client {
namespace {

using clock = std::chrono::steady_clock;

/// After the group was killed its output ends at once, unless a process that left the group holds it open.
constexpr domain::milliseconds last_words{200};

constexpr auto never = clock::time_point::max();

/// For poll(): milliseconds until `when`, rounded up.
int wait_for(clock::time_point when) {
  const auto left = std::chrono::ceil<domain::milliseconds>(when - clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, std::numeric_limits<int>::max()));
}

/// The read end of the command's output.
class output_reader {
public:
  explicit output_reader(unique_fd fd) : fd_(std::move(fd)) {}
  /// -1 once the output has ended; poll() passes over negative descriptors.
  int fd() const noexcept { return fd_.get(); }
  /// One read, so that a command that never stops printing cannot keep its caller from looking at the time.
  void read_some() {
    std::array<char, 64 * 1024> buffer;
    const auto count = ::read(fd_.get(), buffer.data(), buffer.size());
    if (count > 0)
      tail_.append({buffer.data(), static_cast<std::size_t>(count)});
    else if (count == 0 || (errno != EAGAIN && errno != EINTR))
      fd_.reset();
  }
  void read_rest() {
    const auto end = clock::now() + last_words;
    while (fd_ && clock::now() < end) {
      pollfd watched{fd_.get(), POLLIN, 0};
      if (::poll(&watched, 1, wait_for(end)) > 0)
        read_some();
    }
  }
  std::string text() const { return tail_.text(); }

private:
  unique_fd fd_;
  output_tail tail_{kept_output_bytes};
};

/// Waits for the end of `group`, ends it when its time is over or `stop_fd` becomes readable.
subprocess_end watch(process_group& group, output_reader& output, int stop_fd, domain::milliseconds time_limit) {
  auto deadline = clock::now() + time_limit;
  std::optional<subprocess_end> ended_by_us;
  const auto terminate = [&](subprocess_end reason, domain::milliseconds grace) {
    ended_by_us = reason;
    deadline = clock::now() + grace;
    group.signal(SIGTERM);
  };
  for (;;) {
    std::array<pollfd, 3> watched{pollfd{group.leader_fd(), POLLIN, 0}, pollfd{output.fd(), POLLIN, 0},
                                  pollfd{ended_by_us ? -1 : stop_fd, POLLIN, 0}};
    if (::poll(watched.data(), watched.size(), wait_for(deadline)) < 0)
      continue; // EINTR
    if (watched[1].revents != 0)
      output.read_some();
    if (watched[0].revents != 0)
      return ended_by_us.value_or(subprocess_end::exited);
    if (watched[2].revents != 0) {
      terminate(subprocess_end::cancelled, cancel_grace);
    } else if (clock::now() >= deadline) {
      if (!ended_by_us) {
        terminate(subprocess_end::timed_out, timeout_grace);
      } else {
        group.signal(SIGKILL);
        deadline = never;
      }
    }
  }
}

} // namespace

domain::expected<subprocess_outcome> run_subprocess(const subprocess_order& order, std::stop_token stop) {
  if (stop.stop_requested())
    return subprocess_outcome{subprocess_end::cancelled, 0, {}};
  std::array<int, 2> ends{-1, -1};
  unique_fd stopped(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!stopped || ::pipe2(ends.data(), O_CLOEXEC) != 0)
    return domain::failure(domain::errc::entry_point_failed,
                           std::string("cannot open a pipe for the entry point: ") + std::strerror(errno));
  unique_fd write_end(ends[1]);
  output_reader output{unique_fd(ends[0])};
  // Only this side must not block: the flag would be a surprise in the command's own standard output.
  ::fcntl(output.fd(), F_SETFL, O_NONBLOCK);

  auto group = process_group::spawn(order.command, order.folder, order.variables, write_end.get());
  if (!group)
    return tl::unexpected(group.error());
  write_end.reset();
  subprocess_outcome outcome;
  {
    const std::stop_callback wake(stop, [&stopped] { ::eventfd_write(stopped.get(), 1); });
    outcome.how = watch(*group, output, stopped.get(), order.time_limit);
  }
  outcome.status = group->finish();
  output.read_rest();
  outcome.output = output.text();
  return outcome;
}

} // namespace fedloom::client
