#pragma once
#include <cstddef>
#include <cstdint>

namespace fedloom::package {

/// What a compute package's archive may hold. Whoever sends one is not trusted to keep to any of it.
struct archive_limits {
  std::uint64_t entries = 10'000;
  std::uint64_t bytes = std::uint64_t{1} << 30; ///< of all files together, unpacked
  std::uint64_t ratio = 100;                    ///< unpacked bytes per byte of the archive, beyond `ratio_allowance`
  std::uint64_t ratio_allowance = 1 << 20;      ///< a small archive of empty arrays is no bomb
  std::size_t path_bytes = 512;
  std::size_t name_bytes = 255; ///< of one part of a path
  std::size_t depth = 32;       ///< parts of a path
};

} // namespace fedloom::package
