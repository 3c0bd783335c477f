#include "tests/bench/workload.hpp"

#include "actors/model/stream.hpp"

#include <gtest/gtest.h>

namespace fedloom::bench {
namespace {

TEST(workload_test, training_the_seed_some_times_gives_what_is_expected_after_as_many_rounds) {
  auto stream = seed_stream(1000);
  EXPECT_EQ(difference_from_expected(stream, 1000, 0), std::nullopt);
  for (std::uint32_t round = 1; round <= 20; ++round) {
    train(stream);
    EXPECT_EQ(difference_from_expected(stream, 1000, round), std::nullopt);
  }
}

TEST(workload_test, the_numbers_stay_exact_up_to_the_last_round_that_is_allowed) {
  const auto last = -0.5F + step * static_cast<float>(most_rounds);
  EXPECT_EQ(last + 1.0F / 1024.0F - last, 1.0F / 1024.0F);
}

TEST(workload_test, names_the_first_parameter_that_is_wrong) {
  auto stream = seed_stream(10);
  train(stream);
  EXPECT_EQ(difference_from_expected(stream, 10, 2), "parameter 0 is -0.437500 instead of -0.375000");
}

TEST(workload_test, another_shape_is_no_expected_model) {
  EXPECT_NE(difference_from_expected(seed_stream(10), 11, 0), std::nullopt);
  EXPECT_NE(difference_from_expected({}, 11, 0), std::nullopt);
}

TEST(workload_test, training_leaves_the_padding_alone) {
  auto stream = seed_stream(3);
  const auto before = stream;
  train(stream);
  EXPECT_EQ(std::vector(stream.end() - 52, stream.end()), std::vector(before.end() - 52, before.end()));
}

} // namespace
} // namespace fedloom::bench
