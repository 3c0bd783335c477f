#include "actors/client/runtime/process_group.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <vector>

namespace fedloom::client {
namespace {

/// The wrapper in glibc 2.36's header lacks C linkage.
int open_pidfd(pid_t process) {
  return static_cast<int>(::syscall(SYS_pidfd_open, process, 0U));
}

/// For the C interfaces: the texts' addresses and a null behind them.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (auto& text : texts)
    result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

/// What the child does between fork and exec.
class spawn_plan {
public:
  explicit spawn_plan(const process_order& order) {
    posix_spawn_file_actions_init(&actions_);
    if (order.input_fd < 0)
      posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    else
      posix_spawn_file_actions_adddup2(&actions_, order.input_fd, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, order.output_fd, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, order.error_fd, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
    posix_spawn_file_actions_addchdir_np(&actions_, order.folder.c_str());

    posix_spawnattr_init(&attributes_);
    sigset_t blocked, all;
    sigemptyset(&blocked);
    if (order.holds_back_sigterm)
      sigaddset(&blocked, SIGTERM);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &blocked);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(&attributes_,
                             static_cast<short>(POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
  }
  ~spawn_plan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  spawn_plan(const spawn_plan&) = delete;
  spawn_plan& operator=(const spawn_plan&) = delete;

  /// 0 or an errno.
  int run(const process_order& order, pid_t& child) const {
    auto words = order.words;
    auto variables = order.variables;
    return posix_spawnp(&child, words.front().c_str(), &actions_, &attributes_, pointers_to(words).data(),
                        pointers_to(variables).data());
  }

private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

} // namespace

domain::expected<process_group> process_group::spawn(const process_order& order) {
  pid_t child = 0;
  if (const int problem = spawn_plan(order).run(order, child); problem != 0)
    return domain::failure(domain::errc::entry_point_failed, "cannot start " + order.words.front() + " in " +
                                                                 order.folder.string() + ": " + std::strerror(problem));
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
