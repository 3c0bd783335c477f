#include "actors/client/runtime/worker_process.hpp"

#include "actors/client/runtime/disk_watch.hpp"
#include "actors/client/runtime/stop_event.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace fedloom::client {
namespace {

using clock = std::chrono::steady_clock;

/// Beyond that a line is no answer.
constexpr std::size_t line_bytes_most = 64 * 1024;

/// A pipe's write end would raise SIGPIPE in this process; a socket need not.
std::optional<pipe_ends> socket_ends() {
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return std::nullopt;
  return pipe_ends{unique_fd(ends[0]), unique_fd(ends[1])};
}

} // namespace

domain::expected<worker_process> worker_process::start(const std::string& command, const std::filesystem::path& folder,
                                                       const process_environment& variables,
                                                       const confinement& within) {
  auto input = socket_ends();
  auto output = pipe_ends::open();
  auto errors = pipe_ends::open();
  if (!input || !output || !errors)
    return domain::failure(domain::errc::entry_point_failed,
                           std::string("cannot open a pipe for the worker: ") + std::strerror(errno));
  auto order = order_for(command, folder, variables, within);
  order.input_fd = input->read.get();
  order.output_fd = output->write.get();
  order.error_fd = errors->write.get();
  auto group = process_group::spawn(order);
  if (!group)
    return tl::unexpected(group.error());
  return worker_process(within, std::move(*group), std::move(input->write), std::move(output->read),
                        std::move(errors->read));
}

bool worker_process::is_alive() const {
  pollfd watched{group_.leader_fd(), POLLIN, 0};
  return ::poll(&watched, 1, 0) == 0;
}

worker_process::reply worker_process::ask(const std::string& line, domain::milliseconds time_limit,
                                          std::stop_token stop) {
  const stop_event stopped(std::move(stop));
  const auto deadline = clock::now() + time_limit;
  disk_watch disk(within_);
  pass_over_what_is_left();
  std::string_view rest = line;
  for (;;) {
    std::array<pollfd, 5> watched{pollfd{group_.leader_fd(), POLLIN, 0}, pollfd{stopped.fd(), POLLIN, 0},
                                  pollfd{output_.fd(), POLLIN, 0}, pollfd{errors_.fd(), POLLIN, 0},
                                  pollfd{rest.empty() ? -1 : input_.get(), POLLOUT, 0}};
    if (::poll(watched.data(), watched.size(), poll_timeout(std::min(deadline, disk.next_look()))) < 0)
      continue; // EINTR
    if (watched[1].revents != 0)
      return {std::nullopt, end(subprocess_end::cancelled)};
    if (watched[3].revents != 0)
      printed_.append(errors_.read_some());
    if (watched[2].revents != 0)
      if (auto answer = take(output_.read_some()))
        return {std::move(answer), {}};
    // What it said before it ended comes first.
    if (watched[0].revents != 0 && watched[2].revents == 0)
      return {std::nullopt, end(subprocess_end::exited)};
    if (watched[4].revents != 0 && !write_some(rest))
      return {std::nullopt, end(subprocess_end::exited)};
    if (disk.finds_too_much())
      return {std::nullopt, end(subprocess_end::over_quota)};
    if (clock::now() >= deadline)
      return {std::nullopt, end(subprocess_end::timed_out)};
  }
}

void worker_process::pass_over_what_is_left() {
  line_.clear();
  for (pollfd left{output_.fd(), POLLIN, 0}; left.fd >= 0 && ::poll(&left, 1, 0) > 0; left.fd = output_.fd())
    printed_.append(output_.read_some());
}

bool worker_process::write_some(std::string_view& rest) {
  const auto count = ::send(input_.get(), rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (count > 0)
    rest.remove_prefix(static_cast<std::size_t>(count));
  return count >= 0 || errno == EAGAIN || errno == EINTR;
}

std::optional<worker_answer> worker_process::take(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto length = std::min(bytes.find('\n'), bytes.size());
    line_.append(bytes.substr(0, std::min(length, line_bytes_most - std::min(line_.size(), line_bytes_most))));
    if (length == bytes.size())
      return std::nullopt;
    bytes.remove_prefix(length + 1);
    if (auto answer = read_answer(line_)) {
      line_.clear(); // what follows an answer belongs to no task
      return answer;
    }
    printed_.append(line_ + '\n');
    line_.clear();
  }
  return std::nullopt;
}

subprocess_outcome worker_process::end(subprocess_end how) {
  subprocess_outcome outcome;
  outcome.how = how;
  outcome.status = group_.finish();
  for (auto* reader : {&output_, &errors_}) {
    while (reader->fd() >= 0) {
      pollfd watched{reader->fd(), POLLIN, 0};
      if (::poll(&watched, 1, 0) <= 0)
        break;
      printed_.append(reader->read_some());
    }
  }
  outcome.output = output();
  return outcome;
}

std::string worker_process::output() const {
  return printed_.text();
}

} // namespace fedloom::client
