#pragma once
#include <cstdint>
#include <filesystem>

namespace fedloom::bench {

/// What a round costs at the very least on this machine, in seconds.
struct floor_times {
  double transfer = 0;     ///< N models down and N models up over one plain loopback TCP connection, 1 MiB writes
  double multiply_add = 0; ///< one pass over N x P floats
  double file = 0;         ///< one file of the model's size, written and fsynced

  double total() const { return transfer + multiply_add + file; }
};

/// Measures the parts one after the other, each three times, and takes each one's median. `folder` lies on the disk
/// that the mesh will use. Throws bench_failure.
floor_times measure_floor(std::uint64_t clients, std::uint64_t parameters, const std::filesystem::path& folder);

} // namespace fedloom::bench
