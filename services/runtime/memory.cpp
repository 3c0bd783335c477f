#include "services/runtime/memory.hpp"

#include <malloc.h>

namespace fedloom::runtime {

void keep_freed_memory() {
  constexpr int mebibyte = 1 << 20;
  ::mallopt(M_MMAP_THRESHOLD, 32 * mebibyte); // the most that glibc allows
  ::mallopt(M_TRIM_THRESHOLD, 128 * mebibyte);
  ::mallopt(M_ARENA_MAX, 2); // what one thread freed must serve another, or every thread keeps its own hoard
}

} // namespace fedloom::runtime
