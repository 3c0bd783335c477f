#include "actors/client/runtime/process_group.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <string_view>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <vector>

namespace fedloom::client {
namespace {

/// The wrapper in glibc 2.36's header lacks C linkage.
int open_pidfd(pid_t process) {
  return static_cast<int>(::syscall(SYS_pidfd_open, process, 0U));
}

/// "NAME=" of "NAME=value".
std::string_view name_in(std::string_view entry) {
  return entry.substr(0, entry.find('=') + 1);
}

/// This process's environment with `variables` in the place of what it says of them, and with the thread counts of
/// numeric libraries where they are not set.
class child_environment {
public:
  explicit child_environment(const std::vector<std::string>& variables) : added_(variables) {
    for (auto entry = environ; *entry != nullptr; ++entry)
      if (!is_added(*entry))
        pointers_.push_back(*entry);
    for (const auto* text : {"OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1", "MKL_NUM_THREADS=1"})
      if (!is_added(text) && !is_inherited(text))
        added_.emplace_back(text);
    for (auto& text : added_)
      pointers_.push_back(text.data());
    pointers_.push_back(nullptr);
  }
  child_environment(const child_environment&) = delete;
  child_environment& operator=(const child_environment&) = delete;
  char** get() { return pointers_.data(); }

private:
  bool is_added(std::string_view entry) const {
    return std::ranges::any_of(added_, [&](const auto& one) { return name_in(one) == name_in(entry); });
  }
  bool is_inherited(std::string_view entry) const {
    return std::ranges::any_of(pointers_, [&](const char* one) { return name_in(one) == name_in(entry); });
  }

  std::vector<std::string> added_;
  std::vector<char*> pointers_;
};

/// What the child does between fork and exec.
class spawn_plan {
public:
  spawn_plan(const std::filesystem::path& folder, int output_fd) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output_fd, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, output_fd, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
    posix_spawn_file_actions_addchdir_np(&actions_, folder.c_str());

    posix_spawnattr_init(&attributes_);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(
        &attributes_, static_cast<short>(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
  }
  ~spawn_plan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  spawn_plan(const spawn_plan&) = delete;
  spawn_plan& operator=(const spawn_plan&) = delete;

  /// 0 or an errno.
  int run(const std::string& command, const std::vector<std::string>& variables, pid_t& child) const {
    std::string shell = "bash", flag = "-c", line = command;
    std::array<char*, 4> arguments{shell.data(), flag.data(), line.data(), nullptr};
    child_environment environment(variables);
    return posix_spawnp(&child, "bash", &actions_, &attributes_, arguments.data(), environment.get());
  }

private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

} // namespace

domain::expected<process_group> process_group::spawn(const std::string& command, const std::filesystem::path& folder,
                                                     const std::vector<std::string>& variables, int output_fd) {
  pid_t child = 0;
  if (const int problem = spawn_plan(folder, output_fd).run(command, variables, child); problem != 0)
    return domain::failure(domain::errc::entry_point_failed,
                           "cannot start bash in " + folder.string() + ": " + std::strerror(problem));
  // The child stays a zombie until it is reaped here, so that its number cannot belong to another process yet.
  unique_fd leader_fd(open_pidfd(child));
  const int problem = errno;
  const bool opened = static_cast<bool>(leader_fd);
  process_group group(child, std::move(leader_fd));
  if (!opened)
    return domain::failure(domain::errc::entry_point_failed,
                           std::string("cannot watch the entry point: ") + std::strerror(problem));
  return group;
}

process_group::process_group(process_group&& other) noexcept
    : leader_(std::exchange(other.leader_, 0)), leader_fd_(std::move(other.leader_fd_)) {}

process_group::~process_group() {
  finish();
}

void process_group::signal(int number) const noexcept {
  if (leader_ > 0)
    ::kill(-leader_, number);
}

int process_group::finish() noexcept {
  if (leader_ <= 0)
    return 0;
  // Before reaping: while the leader is a zombie, the group's id cannot be taken by another group.
  signal(SIGKILL);
  int status = 0;
  while (::waitpid(leader_, &status, 0) < 0 && errno == EINTR) {
  }
  leader_ = 0;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

} // namespace fedloom::client
