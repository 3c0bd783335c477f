#include "actors/aggregation/fixed_point.hpp"

#include "tests/actors/aggregation/model_builder.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>

namespace fedloom::aggregation {
namespace {

using domain::errc;
using model::dtype;

template <class T>
domain::byte_span bytes_of(const std::vector<T>& values) {
  return std::as_bytes(std::span(values));
}

domain::scale_table scale_of(const model_builder& global, std::uint64_t weight) {
  const auto stream = global.stream();
  return *scale_for(global.what(), model::read_stream(stream)->data, weight);
}

TEST(fixed_point_test, the_exponent_is_the_least_power_of_two_above_the_largest_element) {
  const auto scales = scale_of(model_builder()
                                   .tensor<float>(dtype::f32, {0.5F, -1.0F})
                                   .tensor<float>(dtype::f32, {std::nextafter(1.0F, 2.0F)})
                                   .tensor<double>(dtype::f64, {-1e300, 3})
                                   .tensor<std::uint16_t>(dtype::f16, {0xfbff, 1})
                                   .tensor<std::uint16_t>(dtype::f16, {0x0001})
                                   .tensor<float>(dtype::f32, {std::numeric_limits<float>::max()}),
                               1);
  EXPECT_EQ(scales.exponents, (std::vector<std::int32_t>{0, 1, 997, 16, -24, 128}));
}

TEST(fixed_point_test, a_tensor_that_is_all_but_zero_empty_or_integer_gets_exponent_zero) {
  const auto scales = scale_of(model_builder()
                                   .tensor<float>(dtype::f32, {0.0F, -0.0F})
                                   .tensor<double>(dtype::f64, {0x1.fp-101})
                                   .tensor<double>(dtype::f64, {0x1p-100})
                                   .tensor<float>(dtype::f32, {})
                                   .tensor<std::int32_t>(dtype::i32, {1000}),
                               1);
  EXPECT_EQ(scales.exponents, (std::vector<std::int32_t>{0, 0, -100, 0, 0}));
}

TEST(fixed_point_test, the_precision_shrinks_with_the_total_weight) {
  const auto global = model_builder().tensor<float>(dtype::f32, {1});
  const auto precision = [&](std::uint64_t weight) { return scale_of(global, weight).precision; };
  EXPECT_EQ(precision(1), 30);
  EXPECT_EQ(precision(std::uint64_t{1} << 26), 30);
  EXPECT_EQ(precision((std::uint64_t{1} << 26) + 1), 29);
  EXPECT_EQ(precision(std::uint64_t{1} << 50), 6);
  for (std::int32_t p = min_precision; p <= max_precision; ++p) {
    EXPECT_EQ(precision(weight_bound(p)), p);
  }
  EXPECT_EQ(weight_bound(31), 0U);
  EXPECT_EQ(weight_bound(5), 0U);
}

TEST(fixed_point_test, refuses_weights_and_global_models_without_a_scale) {
  const auto global = model_builder().tensor<float>(dtype::f32, {1});
  const auto stream = global.stream();
  const auto data = model::read_stream(stream)->data;
  EXPECT_EQ(scale_for(global.what(), data, 0).error().code, errc::out_of_range);
  EXPECT_EQ(scale_for(global.what(), data, (std::uint64_t{1} << 50) + 1).error().code, errc::out_of_range);
  EXPECT_EQ(scale_for(global.what(), data.first(3), 1).error().code, errc::malformed);
  const auto bad = model_builder().tensor<float>(dtype::f32, {1, std::numeric_limits<float>::quiet_NaN()});
  const auto bad_stream = bad.stream();
  EXPECT_EQ(scale_for(bad.what(), model::read_stream(bad_stream)->data, 1).error().code, errc::not_finite);
}

TEST(fixed_point_test, finds_faults_in_scale_tables_from_elsewhere) {
  const auto what = model_builder().tensor<float>(dtype::f32, {1}).tensor<std::int8_t>(dtype::i8, {1}).what();
  EXPECT_EQ(fault_of(table(30, {0, 999999}), what, 1).code, errc::none) << "integer tensors have no exponent";
  EXPECT_EQ(fault_of(table(30, {0}), what, 1).code, errc::malformed);
  EXPECT_EQ(fault_of(table(31, {0, 0}), what, 1).code, errc::out_of_range);
  EXPECT_EQ(fault_of(table(30, {0, 0}), what, (std::uint64_t{1} << 26) + 1).code, errc::out_of_range);
  EXPECT_EQ(fault_of(table(30, {0, 0}), what, 0).code, errc::out_of_range);
  EXPECT_EQ(fault_of(table(30, {1025, 0}), what, 1).code, errc::out_of_range);
  EXPECT_EQ(fault_of(table(30, {-101, 0}), what, 1).code, errc::out_of_range);
}

TEST(fixed_point_test, finds_nan_and_infinity_wherever_they_stand) {
  for (std::size_t at = 0; at < 70; ++at) {
    for (const float poison : {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
                               std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::signaling_NaN()}) {
      std::vector<float> values(70, 0.5F);
      values[at] = poison;
      EXPECT_FALSE(check({dtype::f32, 0, 30}, bytes_of(values), 1).finite) << at;
      std::vector<double> doubles(values.begin(), values.end());
      EXPECT_FALSE(check({dtype::f64, 0, 30}, bytes_of(doubles), 1).finite) << at;
    }
    for (const std::uint16_t poison : {std::uint16_t{0x7c00}, std::uint16_t{0xfc00}, std::uint16_t{0x7e01}}) {
      std::vector<std::uint16_t> halves(70, 0x3800);
      halves[at] = poison;
      EXPECT_FALSE(check({dtype::f16, 0, 30}, bytes_of(halves), 1).finite) << at;
    }
  }
}

TEST(fixed_point_test, the_needed_exponent_suffices_and_one_less_does_not) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> mantissa(1, 2);
  for (int i = 0; i < 2000; ++i) {
    const double value =
        std::ldexp(i % 4 == 0 ? 1.0 : mantissa(random), std::uniform_int_distribution(-60, 1023)(random));
    const std::vector<double> values{1.0, -value};
    const std::int32_t start = -99;
    const auto found = check({dtype::f64, start, 30}, bytes_of(values), 1);
    ASSERT_TRUE(found.finite);
    ASSERT_FALSE(found.in_range);
    EXPECT_TRUE(check({dtype::f64, found.needed_exponent, 30}, bytes_of(values), 1).in_range) << value;
    EXPECT_FALSE(check({dtype::f64, found.needed_exponent - 1, 30}, bytes_of(values), 1).in_range) << value;
    EXPECT_LE(found.needed_exponent, max_exponent);
  }
}

TEST(fixed_point_test, an_integer_is_in_range_while_its_product_with_the_weight_is_below_2_to_the_62) {
  const std::uint64_t weight = 1000;
  const auto most = static_cast<std::int64_t>(((std::uint64_t{1} << 62) - 1) / weight);
  const auto passes = [&](std::int64_t value) {
    return check({dtype::i64, 0, 30}, bytes_of(std::vector<std::int64_t>{0, value}), weight).in_range;
  };
  EXPECT_TRUE(passes(most));
  EXPECT_TRUE(passes(-most));
  EXPECT_FALSE(passes(most + 1));
  EXPECT_FALSE(passes(-most - 1));
  EXPECT_FALSE(passes(std::numeric_limits<std::int64_t>::min()));
  EXPECT_FALSE(check({dtype::u64, 0, 30}, bytes_of(std::vector<std::uint64_t>{~std::uint64_t{0}}), 1).in_range);
  EXPECT_TRUE(check({dtype::u8, 0, 30}, bytes_of(std::vector<std::uint8_t>{255}), std::uint64_t{1} << 50).in_range);
  EXPECT_TRUE(
      check({dtype::boolean, 0, 30}, bytes_of(std::vector<std::uint8_t>{255}), std::uint64_t{1} << 50).in_range);
}

TEST(fixed_point_test, rounds_half_to_even) {
  const std::vector<double> values{0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49999999999999994, 2.5000000000000004, 0x1p-1060};
  std::vector<std::int64_t> sum(values.size(), 0);
  fold({dtype::f64, 30, 30}, bytes_of(values), 1, sum);
  EXPECT_EQ(sum, (std::vector<std::int64_t>{0, 2, 2, 0, -2, -2, 0, 3, 0}));
}

TEST(fixed_point_test, folds_the_largest_admitted_values_at_the_largest_weight_without_wrapping) {
  for (std::int32_t p = min_precision; p <= max_precision; ++p) {
    for (const std::int32_t e : {-100, 0, 1018}) {
      const double most = std::min(std::ldexp(1.0, e + 6), std::numeric_limits<double>::max());
      const std::vector<double> values{most, -most};
      ASSERT_TRUE(check({dtype::f64, e, p}, bytes_of(values), weight_bound(p)).in_range);
      std::vector<std::int64_t> sum(2, 0);
      fold({dtype::f64, e, p}, bytes_of(values), weight_bound(p), sum);
      EXPECT_EQ(sum, (std::vector<std::int64_t>{std::int64_t{1} << 62, -(std::int64_t{1} << 62)})) << p << " " << e;
    }
  }
}

TEST(fixed_point_test, a_mean_that_rounds_beyond_the_largest_float_stays_finite) {
  const std::vector<float> values{std::numeric_limits<float>::max(), std::numeric_limits<float>::lowest()};
  std::vector<std::int64_t> sum(2, 0);
  fold({dtype::f32, 128, 6}, bytes_of(values), 1, sum);
  std::vector<float> out(2);
  mean({dtype::f32, 128, 6}, sum, 1, {}, 1.0, std::as_writable_bytes(std::span(out)));
  EXPECT_EQ(out, values);
}

TEST(fixed_point_test, booleans_count_as_zero_or_one_and_half_of_them_is_false) {
  const std::vector<std::uint8_t> values{0, 1, 2, 255};
  std::vector<std::int64_t> sum(4, 0);
  fold({dtype::boolean, 0, 30}, bytes_of(values), 3, sum);
  EXPECT_EQ(sum, (std::vector<std::int64_t>{0, 3, 3, 3}));
  std::vector<std::uint8_t> out(3);
  mean({dtype::boolean, 0, 30}, std::vector<std::int64_t>{2, 3, 4}, 6, {}, 1.0, std::as_writable_bytes(std::span(out)));
  EXPECT_EQ(out, (std::vector<std::uint8_t>{0, 0, 1})) << "half rounds to the even number, 0";
}

} // namespace
} // namespace fedloom::aggregation
