#include "services/runtime/process_metrics.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace fedloom::runtime {

namespace {

prometheus::MetricFamily one(const char* name, const char* help, prometheus::MetricType type, double value) {
  prometheus::ClientMetric metric;
  (type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  return {name, help, type, {metric}};
}

double resident_bytes() {
  double pages_in_all = 0;
  double pages_resident = 0;
  std::ifstream("/proc/self/statm") >> pages_in_all >> pages_resident;
  return pages_resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double processor_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double open_files() {
  std::error_code failed;
  double count = 0;
  for (auto at = std::filesystem::directory_iterator("/proc/self/fd", failed);
       !failed && at != std::filesystem::directory_iterator{}; at.increment(failed)) {
    ++count;
  }
  return count - 1; // the listing itself
}

double most_files() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

/// Seconds since 1970: the boot's time plus the 22nd field of /proc/self/stat, in clock ticks.
double start_time() {
  std::ifstream file("/proc/self/stat");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  // The second field is the program's name in brackets, which may hold anything; the third follows its last bracket.
  std::istringstream fields(text.substr(std::min(text.rfind(')') + 1, text.size())));
  std::string skipped;
  for (int field = 3; field < 22; ++field) {
    fields >> skipped;
  }
  double ticks = 0;
  fields >> ticks;
  double boot = 0;
  std::ifstream stat("/proc/stat");
  for (std::string key; stat >> key;) {
    if (key == "btime") {
      stat >> boot;
      break;
    }
  }
  return boot + ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

} // namespace

std::vector<prometheus::MetricFamily> process_metrics::Collect() const {
  using enum prometheus::MetricType;
  static const double started = start_time();
  return {
      one("process_resident_memory_bytes", "Resident memory.", Gauge, resident_bytes()),
      one("process_cpu_seconds_total", "Processor time spent, user and system.", Counter, processor_seconds()),
      one("process_open_fds", "Open file descriptors.", Gauge, open_files()),
      one("process_max_fds", "Most file descriptors that may be open.", Gauge, most_files()),
      one("process_start_time_seconds", "When the process started, since 1970.", Gauge, started),
  };
}

} // namespace fedloom::runtime
