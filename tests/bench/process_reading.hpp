#pragma once
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace fedloom::bench {

/// Processor time of all of a living process' threads, in seconds. From its CPU clock: /proc/<pid>/stat counts the same
/// in hundredths, too coarse for a round of a few milliseconds. Throws bench_failure if there is no such process.
double cpu_seconds(pid_t process);
/// The same of its threads of this name (at most 15 characters), as exactly; 0 when it has none.
double cpu_seconds(pid_t process, std::string_view thread);

struct memory_reading {
  std::uint64_t resident = 0; ///< bytes now (VmRSS)
  std::uint64_t peak = 0;     ///< bytes at most so far (VmHWM)
};

/// From /proc/<pid>/status.
memory_reading memory_of(pid_t process);
/// From that file's text; 0 for what is not in it.
memory_reading memory_in(std::string_view status);

} // namespace fedloom::bench
