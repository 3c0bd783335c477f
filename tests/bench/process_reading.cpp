#include "tests/bench/process_reading.hpp"

#include "tests/bench/bench_failure.hpp"

#include <charconv>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace fedloom::bench {

namespace {

/// "VmHWM:     1234 kB" as bytes.
std::uint64_t bytes_of(std::string_view status, std::string_view key) {
  const auto line = status.find(std::string(key) + ":");
  const auto begin = line == std::string_view::npos ? line : status.find_first_of("0123456789", line);
  std::uint64_t kilobytes = 0;
  if (begin != std::string_view::npos) {
    std::from_chars(status.data() + begin, status.data() + status.size(), kilobytes);
  }
  return kilobytes * 1024;
}

} // namespace

double cpu_seconds(pid_t process) {
  clockid_t clock{};
  timespec used{};
  if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &used) != 0) {
    throw bench_failure("there is no process " + std::to_string(process) + " to measure");
  }
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

double cpu_seconds(pid_t process, std::string_view thread) {
  double all = 0;
  for (const auto& each : std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task")) {
    std::string name;
    std::getline(std::ifstream(each.path() / "comm"), name);
    std::uint64_t nanoseconds = 0; // the file's first number: on a processor
    if (name == thread && std::ifstream(each.path() / "schedstat") >> nanoseconds) {
      all += static_cast<double>(nanoseconds) / 1e9;
    }
  }
  return all;
}

memory_reading memory_in(std::string_view status) {
  return {bytes_of(status, "VmRSS"), bytes_of(status, "VmHWM")};
}

memory_reading memory_of(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/status");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return memory_in(text);
}

} // namespace fedloom::bench
