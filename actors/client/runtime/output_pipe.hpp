#pragma once
#include "actors/client/runtime/output_tail.hpp"
#include "actors/client/runtime/unique_fd.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace fedloom::client {

/// How much of a command's output is kept: the end, where the reason of a failure stands.
inline constexpr std::size_t kept_output_bytes = 16 * 1024;

/// For poll(): milliseconds until `when`, rounded up.
int poll_timeout(std::chrono::steady_clock::time_point when);

/// A pipe with both ends, closed when another program is executed.
struct pipe_ends {
  unique_fd read;
  unique_fd write;
  /// None without descriptors left.
  static std::optional<pipe_ends> open();
};

/// The read end of a command's output, which never blocks.
class output_reader {
public:
  explicit output_reader(unique_fd fd);
  /// -1 once the output has ended; poll() passes over negative descriptors.
  int fd() const noexcept { return fd_.get(); }
  /// What one read finds, so that a command that never stops printing cannot keep its caller from looking at the time.
  std::string_view read_some();
  /// To its end, but not for long: a process that left the group may hold it open.
  void read_rest();
  /// The last kept_output_bytes of all that was read.
  std::string text() const { return tail_.text(); }

private:
  unique_fd fd_;
  std::string block_ = std::string(64 * 1024, '\0');
  output_tail tail_{kept_output_bytes};
};

} // namespace fedloom::client
