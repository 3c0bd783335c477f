#include "tests/actors/aggregation/model_builder.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>

/// I-11: the model is a function of the updates alone, whatever the order and grouping of their sums.
namespace fedloom::aggregation {
namespace {

using domain::errc;
using model::dtype;

/// About 2.5 MB, so that tensors cross the borders of pieces; one of every family of types.
model_builder random_model(std::mt19937_64& random, std::size_t count) {
  std::normal_distribution<double> normal(0, 1);
  std::vector<float> singles(count);
  std::vector<double> doubles(count / 2);
  std::vector<std::uint16_t> halves(count / 3);
  std::vector<std::int8_t> integers(count / 5);
  std::vector<std::uint8_t> booleans(77);
  for (auto& value : singles) {
    value = static_cast<float>(normal(random));
  }
  for (auto& value : doubles) {
    value = normal(random) * 1e-3;
  }
  for (auto& value : halves) {
    value = static_cast<std::uint16_t>(random() % 0x4000 | (random() & 0x8000));
  }
  for (auto& value : integers) {
    value = static_cast<std::int8_t>(random() % 256);
  }
  for (auto& value : booleans) {
    value = static_cast<std::uint8_t>(random() % 2);
  }
  return model_builder()
      .tensor(dtype::f32, singles)
      .tensor(dtype::f64, doubles)
      .tensor(dtype::i8, integers)
      .tensor(dtype::f16, halves)
      .tensor(dtype::boolean, booleans);
}

struct weighted_update {
  std::vector<std::byte> stream;
  std::uint64_t weight = 0;
};

TEST(partial_sum_test, any_order_and_any_split_give_the_same_bytes) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    std::mt19937_64 random(seed);
    const std::size_t count = seed < 2 ? 300001 : 501;
    const auto global = random_model(random, count);
    const auto global_stream = global.stream();
    const std::uint64_t total = 100000;
    const auto scales = *scale_for(global.what(), model::read_stream(global_stream)->data, total);
    std::vector<weighted_update> updates;
    for (int client = 0; client < 9; ++client) {
      updates.push_back({random_model(random, count).stream(), random() % 10000 + 1});
    }
    std::vector<std::byte> expected;
    for (std::size_t parts = 1; parts <= 5; ++parts) {
      std::ranges::shuffle(updates, random);
      std::vector<accumulator> combiners(parts, accumulator(global.head(), scales, total));
      for (const auto& update : updates) {
        const auto length = random() % 2 == 0 ? std::size_t{1} << 20 : 64 * (random() % 100 + 1);
        const auto arrived = cut(update.stream, length);
        auto& combiner = combiners[random() % parts];
        ASSERT_EQ(combiner.check(arrived).reason, domain::error{});
        combiner.add(arrived, update.weight);
      }
      accumulator controller(global.head(), scales, total);
      for (auto& combiner : combiners) {
        const auto weight = combiner.weight();
        const auto sum = combiner.take_sum();
        if (weight > 0) {
          ASSERT_TRUE(controller.add_sum(cut(std::as_bytes(std::span(sum)), 8 * (random() % 9999 + 1)), weight));
        }
      }
      const auto average = controller.average(global_stream, 0.7);
      expected = expected.empty() ? average : expected;
      ASSERT_EQ(average, expected) << "seed " << seed << ", " << parts << " parts";
    }
  }
}

class refused_sum : public testing::Test {
protected:
  refused_sum() {
    const auto stream = global.stream();
    scales = *scale_for(global.what(), model::read_stream(stream)->data, total);
  }

  errc code(std::vector<std::int64_t> sum, std::uint64_t weight, std::size_t piece = 8) {
    accumulator sut(global.head(), scales, total);
    sut.add(cut(global.stream()), 1);
    const auto before = sut.sum();
    const auto result = sut.add_sum(cut(std::as_bytes(std::span(sum)), piece), weight);
    if (!result) {
      EXPECT_EQ(sut.sum(), before) << "a refused sum changes nothing";
      EXPECT_EQ(sut.weight(), 1U);
    }
    return result ? errc::none : result.error().code;
  }

  const std::uint64_t total = 100;
  model_builder global = model_builder()
                             .tensor<float>(dtype::f32, {})
                             .tensor<float>(dtype::f32, {1, 1})
                             .tensor<float>(dtype::f32, {})
                             .tensor<std::int64_t>(dtype::i64, {5});
  domain::scale_table scales;
};

TEST_F(refused_sum, of_another_length_or_cut_within_an_element) {
  EXPECT_EQ(code({1, 2, 3}, 1), errc::none);
  EXPECT_EQ(code({1, 2}, 1), errc::malformed);
  EXPECT_EQ(code({1, 2, 3, 4}, 1), errc::malformed);
  EXPECT_EQ(code({}, 1), errc::malformed);
  EXPECT_EQ(code({1, 2, 3}, 1, 12), errc::malformed);
}

TEST_F(refused_sum, of_no_weight_or_more_than_is_left) {
  EXPECT_EQ(code({1, 2, 3}, 99), errc::none);
  EXPECT_EQ(code({1, 2, 3}, 0), errc::bad_weight);
  EXPECT_EQ(code({1, 2, 3}, 100), errc::bad_weight);
  EXPECT_EQ(code({1, 2, 3}, std::numeric_limits<std::uint64_t>::max()), errc::bad_weight);
}

TEST_F(refused_sum, larger_than_its_weight_allows) {
  const std::int64_t most_float = (std::int64_t{1} << 36) * 7;
  const std::int64_t most_integer = ((std::int64_t{1} << 62) - 1) / 100 * 7;
  EXPECT_EQ(code({most_float, -most_float, most_integer}, 7), errc::none);
  EXPECT_EQ(code({most_float, -most_float, most_integer}, 7, 24), errc::none);
  EXPECT_EQ(code({most_float, -most_float - 1, 0}, 7), errc::out_of_range);
  EXPECT_EQ(code({most_float + 1, 0, 0}, 7, 24), errc::out_of_range);
  EXPECT_EQ(code({0, 0, -most_integer - 1}, 7), errc::out_of_range);
  EXPECT_EQ(code({0, 0, std::numeric_limits<std::int64_t>::min()}, 7), errc::out_of_range);
}

} // namespace
} // namespace fedloom::aggregation
