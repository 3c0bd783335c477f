#include "tests/bench/floor.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace fedloom::bench {
namespace {

TEST(floor_test, every_part_takes_time_and_nothing_is_left_behind) {
  const test::temporary_folder folder;
  const auto found = measure_floor(3, 300'000, folder.path());
  EXPECT_GT(found.transfer, 0);
  EXPECT_GT(found.multiply_add, 0);
  EXPECT_GT(found.file, 0);
  EXPECT_EQ(found.total(), found.transfer + found.multiply_add + found.file);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(floor_test, a_folder_that_cannot_be_written_is_an_error) {
  EXPECT_THROW(measure_floor(1, 10, "/proc/no-such-folder"), std::runtime_error);
}

} // namespace
} // namespace fedloom::bench
