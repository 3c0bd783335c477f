#pragma once
#include <chrono>
#include <cstdint>

namespace fedloom::domain {

/// Durations on the wire and in configuration.
using milliseconds = std::chrono::milliseconds;

/// A point on the clock that leases and deadlines are measured by: monotonic, without relation to the calendar, handed
/// into machines with every input and virtual in tests.
using instant = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

/// Calendar time for records and REST, milliseconds since 1970 UTC.
using timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

/// Both clocks at one point: what an input to a machine carries when records are written in its step.
struct moment {
  instant now;
  timestamp date;
};

} // namespace fedloom::domain
