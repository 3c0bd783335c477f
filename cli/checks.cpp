#include "cli/checks.hpp"

#include "actors/client/runtime/unique_fd.hpp"
#include "cli/free_ports.hpp"
#include "cli/progress_line.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <optional>
#include <sys/resource.h>
#include <sys/timex.h>
#include <unistd.h>

namespace fedloom::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t giga = 1'000'000'000;
constexpr rlim_t few_files = 4096;
constexpr rlim_t too_few_files = 512;
constexpr int sync_tries = 5;
constexpr auto slow_sync = std::chrono::milliseconds{50};

struct usual_port {
  std::uint16_t port;
  const char* key;
};
constexpr usual_port ports[] = {
    {8092, "http.port of the controller"}, {7700, "mesh.bind of the controller"}, {12080, "mesh.bind of a combiner"}};

/// How long one small synced write takes; nothing if it cannot be done.
std::optional<std::chrono::microseconds> time_of_sync(const client::unique_fd& file) {
  const auto begin = std::chrono::steady_clock::now();
  const std::array<char, 4096> page{};
  if (::pwrite(file.get(), page.data(), page.size(), 0) != static_cast<ssize_t>(page.size()) ||
      ::fsync(file.get()) != 0) {
    return std::nullopt;
  }
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin);
}

} // namespace

finding check_ports(const check_options&) {
  std::string taken;
  std::string keys;
  for (const auto& one : ports) {
    if (!is_free(one.port)) {
      taken += (taken.empty() ? "" : ", ") + std::to_string(one.port);
      keys += (keys.empty() ? "" : ", ") + std::string{one.key};
    }
  }
  if (taken.empty()) {
    return {verdict::ok, "8092, 7700 and 12080 are free", ""};
  }
  return {verdict::warn, taken + " taken", "fine if fedloom runs already; else choose others: " + keys};
}

finding check_clock(const check_options&) {
  using namespace std::chrono;
  const year_month_day today{floor<days>(system_clock::now())};
  if (today.year() < year{2024}) {
    return {verdict::fail, fmt::format("the year is {}", static_cast<int>(today.year())),
            "set the clock: certificates and records depend on it"};
  }
  timex state{};
  if (::adjtimex(&state) == TIME_ERROR || (state.status & STA_UNSYNC) != 0) {
    return {verdict::warn, "runs, but nothing keeps it right",
            "let NTP do it (systemd-timesyncd, chrony), so that the dates of records agree between machines"};
  }
  return {verdict::ok, "right, and kept so", ""};
}

finding check_disk(const check_options& with) {
  std::error_code problem;
  const auto space = fs::space(with.folder, problem);
  if (problem) {
    return {verdict::fail, with.folder.string() + ": " + problem.message(), "name the data's folder with --folder"};
  }
  const auto what = fmt::format("{} free in {}", bytes_text(static_cast<double>(space.available)),
                                fs::absolute(with.folder).lexically_normal().string());
  if (space.available < giga) {
    return {verdict::fail, what, "free some: every round's model is kept"};
  }
  return {space.available < 5 * giga ? verdict::warn : verdict::ok, what,
          space.available < 5 * giga ? "enough for small models; every round's model is kept" : ""};
}

finding check_sync(const check_options& with) {
  const auto path = with.folder / fmt::format(".fedloom-doctor-{}", ::getpid());
  const client::unique_fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file) {
    return {verdict::fail, with.folder.string() + " cannot be written", "services need a data folder of their own"};
  }
  std::vector<std::chrono::microseconds> times;
  for (int i = 0; i < sync_tries; ++i) {
    if (const auto one = time_of_sync(file)) {
      times.push_back(*one);
    }
  }
  ::unlink(path.c_str());
  if (times.size() < sync_tries) {
    return {verdict::fail, "the disk takes no synced write", "look for a full or broken disk (dmesg)"};
  }
  std::ranges::sort(times);
  const auto median = times[times.size() / 2];
  const auto what = fmt::format("{:.1f} ms for a synced write", static_cast<double>(median.count()) / 1000);
  return median < slow_sync ? finding{verdict::ok, what, ""}
                            : finding{verdict::warn, what, "each round waits for some of these: a local SSD is better"};
}

finding check_open_files(const check_options&) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const auto what =
      limit.rlim_cur == RLIM_INFINITY ? std::string{"no limit"} : fmt::format("{} at most", limit.rlim_cur);
  const auto how = limit.rlim_cur < too_few_files ? verdict::fail
                   : limit.rlim_cur < few_files   ? verdict::warn
                                                  : verdict::ok;
  return {how, what,
          how == verdict::ok ? "" : "a combiner needs one for each client: ulimit -n 65536, or LimitNOFILE="};
}

finding check_memory(const check_options&) {
  std::ifstream file("/proc/meminfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("MemAvailable:")) {
      continue;
    }
    const auto bytes = std::strtoull(line.c_str() + line.find(':') + 1, nullptr, 10) * 1024;
    const auto what = bytes_text(static_cast<double>(bytes)) + " available";
    return bytes < giga / 2 ? finding{verdict::warn, what, "a combiner needs five times the model's size"}
                            : finding{verdict::ok, what, ""};
  }
  return {verdict::warn, "unknown: /proc/meminfo says nothing", ""};
}

std::vector<check> machine_checks() {
  return {{"programs", check_programs}, {"ports", check_ports},    {"clock", check_clock},
          {"disk space", check_disk},   {"disk sync", check_sync}, {"open files", check_open_files},
          {"memory", check_memory},     {"Python", check_python},  {"sandbox", check_sandbox}};
}

} // namespace fedloom::cli
