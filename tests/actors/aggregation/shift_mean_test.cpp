#include "tests/actors/aggregation/model_builder.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>

/// Updates that were trained from other models than the round's count by what they changed in those.
namespace fedloom::aggregation {
namespace {

using domain::errc;
using model::dtype;
__extension__ using wide = __int128;

model_builder floats(const std::vector<float>& values) {
  return model_builder().tensor(dtype::f32, values);
}

std::vector<float> random_floats(std::size_t count, std::mt19937_64& random) {
  std::uniform_real_distribution<float> mantissa(-1, 1);
  std::vector<float> values(count);
  for (auto& value : values) {
    value = std::ldexp(mantissa(random), -std::uniform_int_distribution(0, 20)(random));
  }
  return values;
}

/// A sum for the round that starts from this model.
accumulator round_of(const model_builder& global, std::uint64_t total_weight) {
  const auto stream = global.stream();
  return {global.head(), *scale_for(global.what(), model::read_stream(stream)->data, total_weight), total_weight};
}

/// Takes `weight` of the sum to have been trained from `parent` instead of from the round's model.
void count_from(accumulator& sum, const model_builder& parent, const model_builder& global, std::int64_t weight,
                std::uint64_t divisor) {
  ASSERT_TRUE(sum.shift_mean(parent.stream(), {-weight, divisor}));
  ASSERT_TRUE(sum.shift_mean(global.stream(), {weight, divisor}));
}

TEST(shift_mean_test, a_late_update_moves_the_model_by_what_it_changed_in_its_own_parent) {
  const auto global = floats({10, -4});
  const auto parent = floats({6, 2});
  auto sut = round_of(global, 1024);
  sut.add(cut(floats({7, 1}).stream()), 512); // +1, -1
  count_from(sut, parent, global, 512, 512);
  EXPECT_EQ(values_of<float>(sut.average(global.stream(), 1.0), 0), (std::vector<float>{11, -5}));
  EXPECT_EQ(values_of<float>(sut.average(global.stream(), 0.5), 0), (std::vector<float>{10.5F, -4.5F}));
}

TEST(shift_mean_test, a_divisor_above_the_weight_shortens_the_step) {
  const auto global = floats({10});
  auto sut = round_of(global, 4096);
  sut.add(cut(floats({14}).stream()), 1024); // +4, timely
  sut.add(cut(floats({8}).stream()), 512);   // +2 from 6, at half its weight
  const std::uint64_t divisor = 2048;
  ASSERT_TRUE(sut.shift_mean(floats({6}).stream(), {-512, divisor}));
  ASSERT_TRUE(sut.shift_mean(global.stream(), {1024, divisor}));
  EXPECT_EQ(values_of<float>(sut.average(global.stream(), 1.0, divisor), 0), std::vector<float>{10 + 2.5F});
}

TEST(shift_mean_test, without_late_updates_the_weight_as_divisor_changes_no_byte) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    std::mt19937_64 random(seed);
    const auto global = floats(random_floats(301, random));
    auto sut = round_of(global, std::uint64_t{1} << 40);
    for (int client = 0; client < 5; ++client) {
      sut.add(cut(floats(random_floats(301, random)).stream()), random() % 1000000 + 1);
    }
    const double rate = seed % 2 == 0 ? 1.0 : 0.3;
    const auto expected = sut.average(global.stream(), rate);
    EXPECT_EQ(sut.average(global.stream(), rate, sut.weight()), expected);
    count_from(sut, global, global, static_cast<std::int64_t>(sut.weight()), sut.weight());
    EXPECT_EQ(sut.average(global.stream(), rate), expected) << "late, but from the very model of the round";
  }
}

TEST(shift_mean_test, the_result_is_within_the_bound_of_a_mean) {
  // In units of 2^-90 every float here is an integer, so the reference is exact.
  const auto units = [](float value) { return static_cast<wide>(std::ldexp(static_cast<double>(value), 90)); };
  std::mt19937_64 random(1);
  for (int trial = 0; trial < 60; ++trial) {
    const std::size_t count = 200;
    const std::uint64_t total = std::uint64_t{1} << (trial % 24 + 10);
    const std::vector<std::vector<float>> parents{random_floats(count, random), random_floats(count, random),
                                                  random_floats(count, random)};
    const auto global = floats(parents[0]);
    const auto scales = *scale_for(global.what(), model::read_stream(global.stream())->data, total);
    auto sut = round_of(global, total);
    std::vector<wide> exact(count, 0);
    std::vector<std::int64_t> weights(parents.size(), 0);
    for (int client = 0; client < 8; ++client) {
      const auto values = random_floats(count, random);
      const auto w = static_cast<std::int64_t>(random() % (total / 8) + 1);
      const auto from = random() % parents.size();
      ASSERT_EQ(sut.check(cut(floats(values).stream())).reason, domain::error{});
      sut.add(cut(floats(values).stream()), static_cast<std::uint64_t>(w));
      weights[from] += w;
      for (std::size_t i = 0; i < count; ++i) {
        exact[i] += w * (units(values[i]) - units(parents[from][i]));
      }
    }
    const auto divisor = sut.weight() + random() % sut.weight();
    for (std::size_t i = 1; i < parents.size(); ++i) {
      ASSERT_TRUE(sut.shift_mean(floats(parents[i]).stream(), {-weights[i], divisor}));
    }
    ASSERT_TRUE(sut.shift_mean(global.stream(), {static_cast<std::int64_t>(divisor) - weights[0], divisor}));
    const auto next = values_of<float>(sut.average(global.stream(), 1.0, divisor), 0);
    for (std::size_t i = 0; i < count; ++i) {
      const float ulp = std::nextafter(std::abs(next[i]), 4.0F) - std::abs(next[i]);
      const float bound = std::max(ulp, std::ldexp(1.0F, scales.exponents[0] - scales.precision));
      const wide difference = (units(next[i]) - units(parents[0][i])) * static_cast<wide>(divisor) - exact[i];
      ASSERT_LE(difference < 0 ? -difference : difference, (units(bound) + 1) * static_cast<wide>(divisor)) << next[i];
    }
  }
}

TEST(shift_mean_test, any_order_and_any_split_give_the_same_bytes) {
  struct update {
    std::vector<std::byte> stream;
    std::uint64_t weight = 0;
    std::size_t parent = 0;
  };
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    std::mt19937_64 random(seed);
    const std::size_t count = 501;
    const std::vector<model_builder> parents{floats(random_floats(count, random)), floats(random_floats(count, random)),
                                             floats(random_floats(count, random))};
    const auto& global = parents[0];
    std::vector<update> updates;
    for (int client = 0; client < 9; ++client) {
      updates.push_back({floats(random_floats(count, random)).stream(), random() % 10000 + 1, random() % 3});
    }
    std::vector<std::byte> expected;
    for (std::size_t parts = 1; parts <= 4; ++parts) {
      std::ranges::shuffle(updates, random);
      std::vector<accumulator> combiners(parts, round_of(global, 100000));
      std::vector<std::int64_t> late(parents.size(), 0);
      for (const auto& one : updates) {
        combiners[random() % parts].add(cut(one.stream, 64 * (random() % 9 + 1)), one.weight);
        late[one.parent] += static_cast<std::int64_t>(one.weight);
      }
      auto controller = round_of(global, 100000);
      for (auto& combiner : combiners) {
        const auto weight = combiner.weight();
        const auto sum = combiner.take_sum();
        ASSERT_TRUE(weight == 0 || controller.add_sum(cut(std::as_bytes(std::span(sum))), weight));
      }
      const std::uint64_t divisor = 100000;
      ASSERT_TRUE(controller.shift_mean(parents[1].stream(), {-late[1], divisor}));
      ASSERT_TRUE(controller.shift_mean(parents[2].stream(), {-late[2], divisor}));
      ASSERT_TRUE(controller.shift_mean(global.stream(), {static_cast<std::int64_t>(divisor) - late[0], divisor}));
      const auto next = controller.average(global.stream(), 0.7, divisor);
      expected = expected.empty() ? next : expected;
      ASSERT_EQ(next, expected) << "seed " << seed << ", " << parts << " parts";
    }
  }
}

TEST(shift_mean_test, integers_and_booleans_are_exact) {
  const auto with = [](std::int64_t a, std::uint8_t b, std::uint8_t c) {
    return model_builder()
        .tensor<float>(dtype::f32, {})
        .tensor<std::int64_t>(dtype::i64, {a, -a})
        .tensor<std::uint8_t>(dtype::u8, {b})
        .tensor<std::uint8_t>(dtype::boolean, {c});
  };
  const std::int64_t large = (std::int64_t{1} << 54) + 1; // no double holds it
  const auto global = with(large + 10, 200, 1);
  auto sut = round_of(global, 100);
  sut.add(cut(with(large + 3, 13, 0).stream()), 100);
  count_from(sut, with(large, 10, 0), global, 100, 100); // +3, +3, nothing
  const auto next = sut.average(global.stream(), 1.0);
  EXPECT_EQ(values_of<std::int64_t>(next, 1), (std::vector<std::int64_t>{large + 13, -large - 13}));
  EXPECT_EQ(values_of<std::uint8_t>(next, 2), std::vector<std::uint8_t>{203});
  EXPECT_EQ(values_of<std::uint8_t>(next, 3), std::vector<std::uint8_t>{1});
}

class refused_share : public testing::Test {
protected:
  errc code(domain::byte_span stream, std::int64_t part = -5) {
    const auto before = sut.average(global.stream(), 1.0);
    const auto result = sut.shift_mean(stream, {part, 10});
    if (!result) {
      EXPECT_EQ(sut.average(global.stream(), 1.0), before) << "a refused share changes nothing";
    }
    return result ? errc::none : result.error().code;
  }
  static model_builder parent(float a, double b, std::int64_t c) {
    return model_builder()
        .tensor<float>(dtype::f32, {a})
        .tensor<double>(dtype::f64, {b})
        .tensor<std::int64_t>(dtype::i64, {c});
  }

  void SetUp() override { sut.add(cut(global.stream()), 10); }

  model_builder global = parent(1, 1, 1);
  accumulator sut = round_of(global, 10);
};

TEST_F(refused_share, of_another_model_or_a_damaged_one) {
  EXPECT_EQ(code(parent(3, 4, 5).stream()), errc::none);
  EXPECT_EQ(code(floats({1}).stream()), errc::wrong_shape);
  EXPECT_EQ(code(model_builder()
                     .tensor<double>(dtype::f64, {1})
                     .tensor<double>(dtype::f64, {1})
                     .tensor<std::int64_t>(dtype::i64, {1})
                     .stream()),
            errc::wrong_dtype);
  auto longer = global.stream();
  longer.resize(longer.size() + 64);
  EXPECT_EQ(code(longer), errc::malformed);
  EXPECT_EQ(code({}), errc::malformed);
}

TEST_F(refused_share, of_values_that_are_not_finite) {
  EXPECT_EQ(code(parent(std::numeric_limits<float>::quiet_NaN(), 1, 1).stream()), errc::not_finite);
  EXPECT_EQ(code(parent(1, -std::numeric_limits<double>::infinity(), 1).stream()), errc::not_finite);
}

TEST_F(refused_share, that_could_leave_the_range) {
  EXPECT_EQ(code(parent(std::numeric_limits<float>::max(), 0x1p1000, 1).stream()), errc::none);
  EXPECT_EQ(code(parent(1, 0x1p1001, 1).stream()), errc::out_of_range);
  const auto room = (std::int64_t{1} << 62) - 10; // the sum is 10 - 5 by now
  EXPECT_EQ(code(parent(1, 1, room / 5).stream()), errc::none);
  EXPECT_EQ(code(parent(1, 1, -room / 5).stream()), errc::out_of_range);
  EXPECT_EQ(code(parent(1, 1, std::numeric_limits<std::int64_t>::min()).stream(), -1), errc::out_of_range);
}

} // namespace
} // namespace fedloom::aggregation
