#include "actors/client/runtime/leftover_processes.hpp"

#include "actors/client/runtime/unique_fd.hpp"

#include <charconv>
#include <csignal>
#include <fstream>
#include <iterator>
#include <poll.h>
#include <sys/syscall.h>
#include <vector>

namespace fedloom::client {
namespace {

namespace fs = std::filesystem;

/// A killed process may take a moment to give its memory back.
constexpr int milliseconds_to_die = 2000;
/// What is killed may have started others meanwhile; whoever outruns this is not worth a start without end.
constexpr int rounds_most = 8;

/// glibc 2.36's header lacks C linkage for these.
unique_fd open_pidfd(pid_t process) {
  return unique_fd(static_cast<int>(::syscall(SYS_pidfd_open, process, 0U)));
}
void kill_by(const unique_fd& process) {
  ::syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0U);
}

bool has_variable(const fs::path& environment, const std::string& variable) {
  std::ifstream in(environment, std::ios::binary);
  for (std::string entry; std::getline(in, entry, '\0');)
    if (entry == variable)
      return true;
  return false;
}

/// Living processes with this variable. A descriptor is opened before the variable is looked at, so that it cannot come
/// to mean another process.
std::vector<unique_fd> processes_with(const std::string& variable) {
  std::vector<unique_fd> found;
  std::error_code gone;
  for (fs::directory_iterator entry("/proc", gone), end; !gone && entry != end; entry.increment(gone)) {
    const auto name = entry->path().filename().string();
    pid_t process = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), process);
    if (parsed.ec != std::errc{} || parsed.ptr != name.data() + name.size() || process == ::getpid())
      continue;
    auto opened = open_pidfd(process);
    if (opened && has_variable(entry->path() / "environ", variable))
      found.push_back(std::move(opened));
  }
  return found;
}

} // namespace

std::string work_folder_variable(const fs::path& folder) {
  return "FEDLOOM_WORK_FOLDER=" + folder.string();
}

void end_leftovers(const fs::path& folder) {
  const auto variable = work_folder_variable(folder);
  for (int round = 0; round < rounds_most; ++round) {
    const auto found = processes_with(variable);
    if (found.empty())
      return;
    for (const auto& one : found)
      kill_by(one);
    for (const auto& one : found) {
      pollfd ended{one.get(), POLLIN, 0};
      ::poll(&ended, 1, milliseconds_to_die);
    }
  }
}

} // namespace fedloom::client
