#include "services/runtime/memory.hpp"

#include <malloc.h>
#include <sys/mman.h>

#include <cstdlib>
#include <new>

namespace fedloom::runtime {

void keep_freed_memory() {
  constexpr int mebibyte = 1 << 20;
  ::mallopt(M_MMAP_THRESHOLD, 32 * mebibyte); // the most that glibc allows
  ::mallopt(M_TRIM_THRESHOLD, 128 * mebibyte);
  ::mallopt(M_ARENA_MAX, 2); // what one thread freed must serve another, or every thread keeps its own hoard
}

} // namespace fedloom::runtime

#ifndef __SANITIZE_ADDRESS__
#ifndef __SANITIZE_THREAD__

// Models, updates and sums are blocks of many megabytes that are filled as soon as they are allocated. In pages of 4
// KiB that is a page fault per kilobyte-sized step, a tenth of all CPU time with large models; in huge pages it is none
// to speak of. Everything that the C++ library allocates comes through here.

namespace {

constexpr std::size_t huge_page = std::size_t{2} << 20;
constexpr std::size_t large_block = 2 * huge_page;

void* allocate(std::size_t bytes) noexcept {
  if (bytes < large_block) {
    return std::malloc(bytes == 0 ? 1 : bytes);
  }
  void* block = nullptr;
  if (::posix_memalign(&block, huge_page, bytes) != 0) {
    return nullptr;
  }
  ::madvise(block, bytes & ~(huge_page - 1), MADV_HUGEPAGE); // advice: where it is not taken, all works as before
  return block;
}

} // namespace

void* operator new(std::size_t bytes) {
  if (void* block = allocate(bytes)) {
    return block;
  }
  throw std::bad_alloc();
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  return allocate(bytes);
}
void* operator new[](std::size_t bytes) {
  return ::operator new(bytes);
}
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept {
  return allocate(bytes);
}
void operator delete(void* block) noexcept {
  std::free(block);
}
void operator delete(void* block, std::size_t) noexcept {
  std::free(block);
}
void operator delete(void* block, const std::nothrow_t&) noexcept {
  std::free(block);
}
void operator delete[](void* block) noexcept {
  std::free(block);
}
void operator delete[](void* block, std::size_t) noexcept {
  std::free(block);
}
void operator delete[](void* block, const std::nothrow_t&) noexcept {
  std::free(block);
}

#endif
#endif
