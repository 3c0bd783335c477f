#include "actors/combiner/staging_budget.hpp"

#include <gtest/gtest.h>

namespace fedloom::combiner {

constexpr std::uint64_t mb = std::uint64_t{1} << 20;

TEST(staging_budget_test, is_twice_the_largest_open_model_and_at_least_32_mb) {
  staging_budget sut;
  EXPECT_EQ(sut.limit(), 32 * mb);
  sut.allow_for(10 * mb);
  EXPECT_EQ(sut.limit(), 32 * mb);
  sut.allow_for(100 * mb);
  sut.allow_for(20 * mb);
  EXPECT_EQ(sut.limit(), 200 * mb);
  sut.forget_limit();
  EXPECT_EQ(sut.limit(), 32 * mb);
}

TEST(staging_budget_test, is_never_exceeded) {
  staging_budget sut;
  EXPECT_TRUE(sut.take(20 * mb));
  EXPECT_FALSE(sut.take(13 * mb));
  EXPECT_EQ(sut.used(), 20 * mb);
  EXPECT_TRUE(sut.take(12 * mb));
  EXPECT_FALSE(sut.take(1));
}

TEST(staging_budget_test, lets_one_upload_in_however_large_it_is) {
  staging_budget sut;
  EXPECT_TRUE(sut.take(50 * mb));
  EXPECT_FALSE(sut.take(1));
  sut.give_back(50 * mb);
  EXPECT_TRUE(sut.take(50 * mb));
}

TEST(staging_budget_test, cannot_be_given_back_more_than_was_taken) {
  staging_budget sut;
  sut.take(mb);
  sut.give_back(2 * mb);
  EXPECT_EQ(sut.used(), 0u);
}

} // namespace fedloom::combiner
