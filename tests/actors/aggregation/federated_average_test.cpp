#include "actors/aggregation/federated_average.hpp"

#include "tests/actors/aggregation/model_builder.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>

namespace fedloom::aggregation {
namespace {

using domain::errc;
using model::dtype;

/// An accumulator for the round that starts from this global model.
accumulator round_of(const model_builder& global, std::uint64_t total_weight) {
  const auto stream = global.stream();
  return {global.head(), *scale_for(global.what(), model::read_stream(stream)->data, total_weight), total_weight};
}

model_builder floats(const std::vector<float>& values) {
  return model_builder().tensor(dtype::f32, values);
}

std::vector<float> random_floats(std::size_t count, std::mt19937_64& random) {
  std::uniform_real_distribution<float> mantissa(-1, 1);
  std::vector<float> values(count);
  for (auto& value : values) {
    value = std::ldexp(mantissa(random), -std::uniform_int_distribution(0, 35)(random));
  }
  return values;
}

TEST(federated_average_test, the_mean_is_within_its_bound_of_the_exact_one) {
  // In units of 2^-90 every float here is an integer, so the reference is exact.
  __extension__ using wide = __int128;
  const auto units = [](float value) { return static_cast<wide>(std::ldexp(static_cast<double>(value), 90)); };
  std::mt19937_64 random(1);
  for (int trial = 0; trial < 40; ++trial) {
    const std::size_t count = 200;
    const auto global = floats(random_floats(count, random));
    const std::uint64_t total = std::uint64_t{1} << (trial % 20 + 10);
    auto sut = round_of(global, total);
    const auto scales = *scale_for(global.what(), model::read_stream(global.stream())->data, total);
    std::vector<wide> exact(count, 0);
    std::uint64_t weight = 0;
    for (int client = 0; client < 8; ++client) {
      const auto values = random_floats(count, random);
      const std::uint64_t w = random() % (total / 8) + 1;
      const auto update = cut(floats(values).stream());
      ASSERT_EQ(sut.check(update).reason, domain::error{});
      sut.add(update, w);
      weight += w;
      for (std::size_t i = 0; i < count; ++i) {
        exact[i] += static_cast<wide>(w) * units(values[i]);
      }
    }
    EXPECT_EQ(sut.weight(), weight);
    const auto means = values_of<float>(sut.average(global.stream(), 1.0), 0);
    for (std::size_t i = 0; i < count; ++i) {
      const float ulp = std::nextafter(std::abs(means[i]), 4.0F) - std::abs(means[i]);
      const float bound = std::max(ulp, std::ldexp(1.0F, scales.exponents[0] - scales.precision));
      const wide difference = units(means[i]) * static_cast<wide>(weight) - exact[i];
      ASSERT_LE(difference < 0 ? -difference : difference, (units(bound) + 1) * static_cast<wide>(weight)) << means[i];
    }
  }
}

TEST(federated_average_test, equal_updates_give_back_themselves) {
  const std::vector<float> values{1.0F, -0.5F, 0.333251953125F, 0.0F};
  const auto global = floats({1, 1, 1, 1});
  auto sut = round_of(global, 1000);
  for (const std::uint64_t weight : {1, 7, 313}) {
    sut.add(cut(floats(values).stream()), weight);
  }
  EXPECT_EQ(values_of<float>(sut.average(global.stream(), 1.0), 0), values);
}

TEST(federated_average_test, refuses_what_is_not_finite_misshapen_or_of_another_type) {
  const auto global = model_builder().tensor<float>(dtype::f32, {1, 2, 3}).tensor<std::int32_t>(dtype::i32, {4});
  const auto sut = round_of(global, 10);
  const auto code = [&](const model_builder& update) { return sut.check(cut(update.stream())).reason.code; };
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(code(global), errc::none);
  EXPECT_EQ(code(model_builder().tensor<float>(dtype::f32, {1, nan, 3}).tensor<std::int32_t>(dtype::i32, {4})),
            errc::not_finite);
  EXPECT_EQ(code(model_builder().tensor<float>(dtype::f32, {1, 2, -infinity}).tensor<std::int32_t>(dtype::i32, {4})),
            errc::not_finite);
  EXPECT_EQ(code(model_builder().tensor<float>(dtype::f32, {1, 2}).tensor<std::int32_t>(dtype::i32, {4})),
            errc::wrong_shape);
  EXPECT_EQ(code(model_builder().tensor<float>(dtype::f32, {1, 2, 3})), errc::wrong_shape);
  EXPECT_EQ(code(model_builder().tensor<double>(dtype::f64, {1, 2, 3}).tensor<std::int32_t>(dtype::i32, {4})),
            errc::wrong_dtype);
  EXPECT_EQ(code(model_builder().tensor<float>(dtype::f32, {1, 2, 3}).tensor<std::uint32_t>(dtype::u32, {4})),
            errc::wrong_dtype);
  EXPECT_EQ(sut.weight(), 0U);
  EXPECT_EQ(sut.sum(), std::vector<std::int64_t>(4, 0)) << "a check touches nothing";
}

TEST(federated_average_test, refuses_damaged_streams) {
  const auto global = floats(std::vector<float>(100, 1.0F));
  const auto sut = round_of(global, 10);
  const auto stream = global.stream();
  for (std::size_t length = 0; length < stream.size(); ++length) {
    EXPECT_EQ(sut.check(cut(domain::byte_span(stream).first(length))).reason.code, errc::malformed) << length;
  }
  auto longer = stream;
  longer.resize(longer.size() + 64);
  EXPECT_EQ(sut.check(cut(longer)).reason.code, errc::malformed);
  EXPECT_EQ(sut.check(cut(stream, 100)).reason.code, errc::malformed) << "pieces that cut elements in two";
  EXPECT_EQ(sut.check({}).reason.code, errc::malformed);
  for (std::size_t at = 0; at < 64; ++at) {
    auto flipped = stream;
    flipped[at] ^= std::byte{0x55};
    EXPECT_NE(sut.check(cut(flipped)).reason.code, errc::none) << at;
  }
}

TEST(federated_average_test, the_needed_exponent_suffices_for_every_tensor_of_the_update) {
  const auto global = model_builder()
                          .tensor<float>(dtype::f32, {1})
                          .tensor<float>(dtype::f32, {0.001F})
                          .tensor<double>(dtype::f64, {1});
  const auto update = cut(model_builder()
                              .tensor<float>(dtype::f32, {65})
                              .tensor<float>(dtype::f32, {3e30F})
                              .tensor<double>(dtype::f64, {-1000})
                              .stream());
  const auto refused = round_of(global, 10).check(update);
  EXPECT_EQ(refused.reason.code, errc::out_of_range);
  domain::scale_table raised = *scale_for(global.what(), model::read_stream(global.stream())->data, 10);
  for (auto& exponent : raised.exponents) {
    exponent = std::max(exponent, refused.needed_exponent);
  }
  EXPECT_EQ(accumulator(global.head(), raised, 10).check(update).reason, domain::error{});
}

TEST(federated_average_test, weights_up_to_the_bound_do_not_wrap_and_above_are_not_admitted) {
  const auto global = model_builder().tensor<float>(dtype::f32, {1}).tensor<std::int64_t>(dtype::i64, {1});
  const std::uint64_t total = std::uint64_t{1} << 50;
  auto sut = round_of(global, total);
  const auto extreme = model_builder().tensor<float>(dtype::f32, {-64}).tensor<std::int64_t>(dtype::i64, {4095});
  const auto update = cut(extreme.stream());
  ASSERT_EQ(sut.check(update).reason, domain::error{});
  sut.add(update, total - 1);
  EXPECT_FALSE(sut.admits(2));
  EXPECT_FALSE(sut.admits(0));
  EXPECT_FALSE(sut.admits(std::numeric_limits<std::uint64_t>::max()));
  EXPECT_TRUE(sut.admits(1));
  sut.add(update, 1);
  EXPECT_FALSE(sut.admits(1));
  const auto average = sut.average(global.stream(), 1.0);
  EXPECT_EQ(values_of<float>(average, 0)[0], -64.0F);
  EXPECT_EQ(values_of<std::int64_t>(average, 1)[0], 4095);
}

TEST(federated_average_test, the_server_learning_rate_moves_part_of_the_way) {
  const auto global = model_builder().tensor<float>(dtype::f32, {1, -2}).tensor<std::int32_t>(dtype::i32, {10});
  auto sut = round_of(global, 10);
  sut.add(cut(model_builder().tensor<float>(dtype::f32, {3, 2}).tensor<std::int32_t>(dtype::i32, {20}).stream()), 5);
  const auto average = sut.average(global.stream(), 0.25);
  EXPECT_EQ(values_of<float>(average, 0), (std::vector<float>{1.5F, -1.0F}));
  EXPECT_EQ(values_of<std::int32_t>(average, 1)[0], 20) << "integers take the mean";
}

TEST(federated_average_test, averages_integers_booleans_empty_tensors_and_float16) {
  const auto with = [](std::int16_t a, std::uint8_t b, std::uint16_t c) {
    return model_builder()
        .tensor<float>(dtype::f32, {})
        .tensor<std::int16_t>(dtype::i16, {a, static_cast<std::int16_t>(-a)})
        .tensor<std::uint8_t>(dtype::boolean, {b})
        .tensor<double>(dtype::f64, {})
        .tensor<std::uint16_t>(dtype::f16, {c});
  };
  const auto global = with(1, 0, 0x3c00);
  auto sut = round_of(global, 10);
  for (const auto& update : {with(2, 1, 0x3c00), with(3, 1, 0x4000)}) { // float16: 1 and 2
    ASSERT_EQ(sut.check(cut(update.stream())).reason, domain::error{});
    sut.add(cut(update.stream()), 1);
  }
  const auto average = sut.average(global.stream(), 1.0);
  EXPECT_TRUE(values_of<float>(average, 0).empty());
  EXPECT_EQ(values_of<std::int16_t>(average, 1), (std::vector<std::int16_t>{2, -2}));
  EXPECT_EQ(values_of<std::uint8_t>(average, 2), std::vector<std::uint8_t>{1});
  EXPECT_EQ(values_of<std::uint16_t>(average, 4), std::vector<std::uint16_t>{0x3e00});
}

TEST(federated_average_test, tells_while_it_is_made_how_much_of_the_new_model_is_final) {
  std::mt19937_64 random(3);
  model_builder global;
  for (const std::size_t count : {3, 700001, 0, 1, 400000, 77}) { // with padding between
    global.tensor(dtype::f32, random_floats(count, random));
  }
  auto sut = round_of(global, 10);
  sut.add(cut(global.stream()), 3);
  const auto expected = sut.average(global.stream(), 0.5);
  EXPECT_EQ(sut.stream_bytes(), expected.size());
  std::vector<std::byte> out(expected.size(), std::byte{0xee}); // nothing of what was there may stay
  std::vector<std::size_t> ends{0};
  sut.average(global.stream(), 0.5, 0, out, [&](std::size_t end) {
    EXPECT_TRUE(std::ranges::equal(domain::byte_span(out).first(end), domain::byte_span(expected).first(end)));
    EXPECT_GT(end, ends.back());
    ends.push_back(end);
  });
  EXPECT_EQ(ends.back(), expected.size());
  EXPECT_GE(ends.size(), 4U) << "a step for each MiB";
  EXPECT_EQ(out, expected);
}

TEST(federated_average_test, a_round_that_cannot_be_used_refuses_everything_and_holds_nothing) {
  const auto global = floats({1, 2});
  for (const auto& sut : {accumulator(global.head(), table(30, {}), 10), accumulator(global.head(), table(40, {0}), 10),
                          accumulator(domain::shared_bytes::copy_of("no head"), table(30, {0}), 10)}) {
    EXPECT_NE(sut.fault().code, errc::none);
    EXPECT_EQ(sut.check(cut(global.stream())).reason, sut.fault());
    EXPECT_FALSE(sut.admits(1));
    EXPECT_TRUE(sut.sum().empty());
  }
}

} // namespace
} // namespace fedloom::aggregation
