#include "tests/bench/child.hpp"

#include "tests/bench/bench_failure.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <deque>
#include <fstream>
#include <utility>

namespace fedloom::bench {

namespace {

constexpr std::size_t tail_lines = 20;

/// In the fork: nothing but what a fork of a process with threads may do.
[[noreturn]] void become(char* const* arguments, int log) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  ::setsid();
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  ::execv(arguments[0], arguments);
  ::_exit(127);
}

} // namespace

child::child(std::string name, const std::vector<std::string>& command, std::filesystem::path log)
    : name_(std::move(name)), log_(std::move(log)) {
  if (::access(command.front().c_str(), X_OK) != 0) {
    throw bench_failure("there is no program " + command.front() + "; tools/bench builds it");
  }
  std::vector<char*> arguments;
  for (const auto& word : command) {
    arguments.push_back(const_cast<char*>(word.c_str())); // execv takes what it does not change as char*
  }
  arguments.push_back(nullptr);
  const int log_fd = ::open(log_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  id_ = log_fd < 0 ? -1 : ::fork();
  if (id_ == 0) {
    become(arguments.data(), log_fd);
  }
  const auto why = errno;
  ::close(log_fd);
  if (id_ < 0) {
    throw bench_failure("cannot start " + name_ + ": " + std::strerror(why));
  }
  // glibc 2.36 declares pidfd_open without extern "C".
  end_fd_ = static_cast<int>(::syscall(SYS_pidfd_open, id_, 0));
}

child::child(child&& other) noexcept
    : name_(std::move(other.name_)), log_(std::move(other.log_)), id_(std::exchange(other.id_, -1)),
      end_fd_(std::exchange(other.end_fd_, -1)), status_(other.status_) {}

child::~child() {
  if (id_ > 0) {
    wait(std::chrono::milliseconds{0});
    ::close(end_fd_);
  }
}

void child::ask_to_end() const noexcept {
  if (!status_) {
    ::kill(id_, SIGTERM);
  }
}

int child::wait(std::chrono::milliseconds patience) {
  if (!status_) {
    pollfd ended{end_fd_, POLLIN, 0};
    if (::poll(&ended, 1, static_cast<int>(patience.count())) != 1) {
      ::kill(id_, SIGKILL);
    }
    int raw = 0;
    ::waitpid(id_, &raw, 0);
    status_ = WIFSIGNALED(raw) ? 128 + WTERMSIG(raw) : WEXITSTATUS(raw);
  }
  return *status_;
}

std::string child::log_tail() const {
  std::ifstream file(log_);
  std::deque<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    lines.push_back(std::move(line));
    if (lines.size() > tail_lines) {
      lines.pop_front();
    }
  }
  auto text = "--- the end of " + name_ + "'s log ---\n";
  for (const auto& line : lines) {
    text += line + '\n';
  }
  return text;
}

} // namespace fedloom::bench
