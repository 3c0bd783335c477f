#include "actors/client/runtime/launcher/call_filter.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <vector>

namespace fedloom::client::launcher {
namespace {

struct release_filter {
  void operator()(void* filter) const { ::seccomp_release(filter); }
};

constexpr std::array denied{
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "kcmp",
    "pidfd_getfd",
    "process_madvise",
    "mount",
    "umount2",
    "pivot_root",
    "move_mount",
    "open_tree",
    "fsopen",
    "fsmount",
    "fsconfig",
    "fspick",
    "mount_setattr",
    "chroot",
    "unshare",
    "setns",
    "bpf",
    "perf_event_open",
    "userfaultfd",
    "keyctl",
    "add_key",
    "request_key",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "kexec_load",
    "kexec_file_load",
    "init_module",
    "finit_module",
    "delete_module",
    "reboot",
    "swapon",
    "swapoff",
    "acct",
    "quotactl",
    "quotactl_fd",
    "settimeofday",
    "clock_settime",
    "clock_adjtime",
    "adjtimex",
    "sethostname",
    "setdomainname",
    "iopl",
    "ioperm",
    "syslog",
    "vhangup",
    "open_by_handle_at",
    "lookup_dcookie",
    "nfsservctl",
    "fanotify_init",
    "modify_ldt",
};
constexpr std::array namespace_flags{CLONE_NEWUSER, CLONE_NEWNS,  CLONE_NEWPID,   CLONE_NEWNET,
                                     CLONE_NEWUTS,  CLONE_NEWIPC, CLONE_NEWCGROUP};

/// Collects the rules; the first that libseccomp refuses is remembered.
class rule_list {
public:
  explicit rule_list(scmp_filter_ctx filter) : filter_(filter) {}
  void refuse(const char* call, int number = EPERM) { add(call, number, {}); }
  void refuse_if(const char* call, scmp_arg_cmp argument, int number = EPERM) { add(call, number, {argument}); }
  int problem() const { return problem_; }

private:
  void add(const char* call, int number, std::vector<scmp_arg_cmp> arguments) {
    const int id = ::seccomp_syscall_resolve_name(call);
    if (id == __NR_SCMP_ERROR) // unknown on this processor: nobody can call it
      return;
    const int status = ::seccomp_rule_add_array(filter_, SCMP_ACT_ERRNO(static_cast<unsigned>(number)), id,
                                                static_cast<unsigned>(arguments.size()), arguments.data());
    if (problem_ == 0 && status != 0)
      problem_ = -status;
  }

  scmp_filter_ctx filter_;
  int problem_ = 0;
};

void refuse_the_dangerous(rule_list& rules) {
  for (const auto* call : denied)
    rules.refuse(call);
  for (const int flag : namespace_flags) {
    const auto mask = static_cast<scmp_datum_t>(flag);
    rules.refuse_if("clone", SCMP_A0(SCMP_CMP_MASKED_EQ, mask, mask));
  }
  // Its flags lie in memory, where no filter sees them; the C library then takes clone.
  rules.refuse("clone3", ENOSYS);
  for (const scmp_datum_t kind : {scmp_datum_t{S_IFCHR}, scmp_datum_t{S_IFBLK}}) {
    rules.refuse_if("mknod", SCMP_A1(SCMP_CMP_MASKED_EQ, S_IFMT, kind));
    rules.refuse_if("mknodat", SCMP_A2(SCMP_CMP_MASKED_EQ, S_IFMT, kind));
  }
  // Typing into the terminal that the client was started from.
  rules.refuse_if("ioctl", SCMP_A1(SCMP_CMP_MASKED_EQ, 0xFFFFFFFFU, TIOCSTI));
}

} // namespace

domain::expected<void> filter_calls(bool network, bool keep_group) {
  const std::unique_ptr<void, release_filter> filter(::seccomp_init(SCMP_ACT_ALLOW));
  rule_list rules(filter.get());
  refuse_the_dangerous(rules);
  if (!network)
    rules.refuse_if("socket", SCMP_A0(SCMP_CMP_NE, AF_UNIX), EACCES);
  if (keep_group) {
    rules.refuse("setsid", 0);
    rules.refuse("setpgid", 0);
  }
  const int loaded = rules.problem() != 0 ? -rules.problem() : ::seccomp_load(filter.get());
  if (loaded != 0)
    return domain::failure(domain::errc::unavailable,
                           std::string("cannot filter system calls: ") + std::strerror(-loaded));
  return {};
}

} // namespace fedloom::client::launcher
