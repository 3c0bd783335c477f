#include "services/runtime/memory.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <new>
#include <thread>
#include <unistd.h>
#include <vector>

/// Programs that tune their memory keep large blocks for the next use. Sanitizers have an allocator of their own.
namespace fedloom::runtime {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;

std::size_t resident_bytes() {
  std::size_t total = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

class memory_test : public testing::Test {
protected:
  void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "sanitizers bring their own allocator";
#endif
    keep_freed_memory();
  }

  static void* filled(std::size_t bytes) {
    void* block = ::operator new(bytes);
    for (std::size_t at = 0; at < bytes; at += 4096) {
      static_cast<volatile char*>(block)[at] = 1; // a compiler knows that nobody reads what is freed next
    }
    return block;
  }
};

TEST_F(memory_test, a_large_block_that_was_freed_serves_the_next_one_of_its_size) {
  void* const first = filled(64 * mebibyte);
  ::operator delete(first);
  void* const second = ::operator new(63 * mebibyte);
  EXPECT_EQ(second, first);
  void* const third = filled(64 * mebibyte);
  EXPECT_NE(third, second) << "it is in use";
  ::operator delete(second);
  ::operator delete(third, 64 * mebibyte);
}

TEST_F(memory_test, a_block_of_another_size_gives_as_much_back_as_it_takes) {
  ::operator delete(filled(64 * mebibyte));
  ::operator delete(filled(96 * mebibyte));
  const auto before = resident_bytes();
  void* const other = ::operator new(40 * mebibyte); // nothing of it is touched yet
  EXPECT_LE(resident_bytes() + 60 * mebibyte, before);
  ::operator delete(other);
}

TEST_F(memory_test, blocks_may_be_freed_by_other_threads_and_in_any_number) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (std::size_t round = 0; round < 50; ++round) {
        std::vector<std::unique_ptr<char[]>> blocks;
        for (std::size_t size = 1; size < 40; ++size) {
          blocks.emplace_back(new char[(size % 8 + 1) * mebibyte]);
          blocks.back()[0] = 1;
        }
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
}

} // namespace
} // namespace fedloom::runtime
