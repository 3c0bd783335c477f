#include "actors/client/runtime/output_pipe.hpp"

#include "messages/domain/chrono.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <limits>
#include <poll.h>
#include <unistd.h>

namespace fedloom::client {
namespace {

using clock = std::chrono::steady_clock;

/// After the group was killed its output ends at once, unless a process that left the group holds it open.
constexpr domain::milliseconds last_words{200};

} // namespace

int poll_timeout(clock::time_point when) {
  const auto left = std::chrono::ceil<domain::milliseconds>(when - clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, std::numeric_limits<int>::max()));
}

std::optional<pipe_ends> pipe_ends::open() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    return std::nullopt;
  return pipe_ends{unique_fd(ends[0]), unique_fd(ends[1])};
}

output_reader::output_reader(unique_fd fd) : fd_(std::move(fd)) {
  // Only this side must not block: the flag would be a surprise in the command's own standard output.
  ::fcntl(fd_.get(), F_SETFL, O_NONBLOCK);
}

std::string_view output_reader::read_some() {
  const auto count = ::read(fd_.get(), block_.data(), block_.size());
  if (count > 0) {
    const std::string_view bytes(block_.data(), static_cast<std::size_t>(count));
    tail_.append(bytes);
    return bytes;
  }
  if (count == 0 || (errno != EAGAIN && errno != EINTR))
    fd_.reset();
  return {};
}

void output_reader::read_rest() {
  const auto end = clock::now() + last_words;
  while (fd_ && clock::now() < end) {
    pollfd watched{fd_.get(), POLLIN, 0};
    if (::poll(&watched, 1, poll_timeout(end)) > 0)
      read_some();
  }
}

} // namespace fedloom::client
