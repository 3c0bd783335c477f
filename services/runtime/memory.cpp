#include "services/runtime/memory.hpp"

#include <malloc.h>
#include <sys/mman.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <new>
#include <utility>

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
// to speak of. What remains is that the kernel clears each page that it hands out, a third of all CPU time: so blocks
// that were freed are kept for the next round, which needs the same sizes. Everything that the C++ library allocates
// comes through here.

namespace {

constexpr std::size_t huge_page = std::size_t{2} << 20;
constexpr std::size_t large_block = 2 * huge_page;

/// Large blocks that nobody uses at the moment. Never more memory than was in use at once before: who needs a block
/// that is not among them gives as much back to the system first. Any thread; allocates nothing itself.
class spare_blocks {
public:
  /// A block of this size or a little more, or null.
  void* take(std::size_t bytes) noexcept {
    const std::lock_guard lock(mutex_);
    for (auto& one : spare_) {
      if (one.bytes >= bytes && one.bytes - bytes <= bytes / 16) {
        one.bytes = 0;
        return std::exchange(one.block, nullptr);
      }
    }
    std::size_t given_back = 0;
    for (auto& one : spare_) {
      if (one.block != nullptr && given_back < bytes) {
        given_back += std::exchange(one.bytes, 0);
        std::free(std::exchange(one.block, nullptr));
      }
    }
    return nullptr;
  }

  /// False: there is no place for it.
  bool keep(void* block, std::size_t bytes) noexcept {
    const std::lock_guard lock(mutex_);
    for (auto& one : spare_) {
      if (one.block == nullptr) {
        one = {block, bytes};
        return true;
      }
    }
    return false;
  }

private:
  struct spare {
    void* block = nullptr;
    std::size_t bytes = 0;
  };
  std::mutex mutex_;
  std::array<spare, 64> spare_{};
};

constinit spare_blocks spare;

void* allocate(std::size_t bytes) noexcept {
  if (bytes < large_block) {
    return std::malloc(bytes == 0 ? 1 : bytes);
  }
  if (void* block = spare.take(bytes)) {
    return block;
  }
  void* block = nullptr;
  if (::posix_memalign(&block, huge_page, bytes) != 0) {
    return nullptr;
  }
  ::madvise(block, bytes & ~(huge_page - 1), MADV_HUGEPAGE); // advice: where it is not taken, all works as before
  return block;
}

void release(void* block) noexcept {
  // All large blocks are aligned to huge pages, and hardly anything else is.
  if (block != nullptr && reinterpret_cast<std::uintptr_t>(block) % huge_page == 0) {
    const auto bytes = ::malloc_usable_size(block);
    if (bytes >= large_block && spare.keep(block, bytes)) {
      return;
    }
  }
  std::free(block);
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
  release(block);
}
void operator delete(void* block, std::size_t) noexcept {
  release(block);
}
void operator delete(void* block, const std::nothrow_t&) noexcept {
  release(block);
}
void operator delete[](void* block) noexcept {
  release(block);
}
void operator delete[](void* block, std::size_t) noexcept {
  release(block);
}
void operator delete[](void* block, const std::nothrow_t&) noexcept {
  release(block);
}

#endif
#endif
