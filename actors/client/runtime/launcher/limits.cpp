#include "actors/client/runtime/launcher/limits.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sys/resource.h>
#include <unistd.h>

namespace fedloom::client::launcher {
namespace {

namespace fs = std::filesystem;

domain::expected<void> set(int resource, const char* name, std::optional<std::uint64_t> value) {
  if (!value)
    return {};
  rlimit limit{};
  ::getrlimit(static_cast<__rlimit_resource_t>(resource), &limit);
  limit.rlim_max = std::min<rlim_t>(*value + (resource == RLIMIT_CPU ? 1 : 0), limit.rlim_max);
  limit.rlim_cur = std::min<rlim_t>(*value, limit.rlim_max); // for time the signal that tells, then the one that kills
  if (::setrlimit(static_cast<__rlimit_resource_t>(resource), &limit) != 0)
    return domain::failure(domain::errc::unavailable,
                           std::string("cannot limit the ") + name + ": " + std::strerror(errno));
  return {};
}

/// Threads of this user that run already: the kernel counts them in, where there is no user namespace.
std::uint64_t tasks_of_this_user() {
  std::uint64_t tasks = 0;
  const auto user = std::to_string(::getuid());
  std::error_code gone;
  for (fs::directory_iterator entry("/proc", gone), end; !gone && entry != end; entry.increment(gone)) {
    std::ifstream status(entry->path() / "status");
    std::uint64_t threads = 0;
    bool is_own = false;
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("Uid:\t"))
        is_own = line.substr(5, user.size() + 1) == user + "\t";
      if (line.starts_with("Threads:\t"))
        threads = std::strtoull(line.c_str() + 9, nullptr, 10);
    }
    tasks += is_own ? threads : 0;
  }
  return tasks;
}

} // namespace

domain::expected<void> set_limits(const options& wanted) {
  auto processes = wanted.processes;
  if (processes)
    *processes += tasks_of_this_user();
  return set(RLIMIT_CORE, "core files", 0)
      .and_then([&] { return set(RLIMIT_CPU, "CPU time", wanted.cpu_seconds); })
      .and_then([&] { return set(RLIMIT_FSIZE, "size of files", wanted.file_bytes); })
      .and_then([&] { return set(RLIMIT_NOFILE, "open files", wanted.open_files); })
      .and_then([&] { return set(RLIMIT_NPROC, "processes", processes); })
      // The last: what is needed to set the others must not be refused.
      .and_then([&] { return set(RLIMIT_AS, "address space", wanted.address_space); });
}

} // namespace fedloom::client::launcher
