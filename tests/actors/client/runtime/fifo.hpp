#pragma once
#include "actors/client/runtime/unique_fd.hpp"

#include <fcntl.h>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace fedloom::client {

/// A named pipe that commands under test write to. Its end of file is the proof that every process that ever held it is
/// gone: waiting for that needs neither sleep nor poll of /proc.
class fifo {
public:
  explicit fifo(std::filesystem::path path) : path_(std::move(path)) {
    if (::mkfifo(path_.c_str(), 0600) != 0)
      throw std::runtime_error("cannot create " + path_.string());
  }
  /// Without waiting for a writer: call before the command may end.
  void open() { reader_ = unique_fd(::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)); }
  /// Blocks until somebody opened it for writing.
  void wait_for_writer() { reader_ = unique_fd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC)); }
  /// Blocks until no writer is left; what they wrote.
  std::string read_to_end() {
    ::fcntl(reader_.get(), F_SETFL, 0);
    std::string text;
    char buffer[512];
    for (ssize_t count; (count = ::read(reader_.get(), buffer, sizeof buffer)) > 0;)
      text.append(buffer, static_cast<std::size_t>(count));
    return text;
  }

private:
  std::filesystem::path path_;
  unique_fd reader_;
};

} // namespace fedloom::client
