#include "actors/aggregation/kernels.hpp"

#include "actors/aggregation/fixed_point.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <vector>

namespace fedloom::aggregation {
namespace {

using model::dtype;

constexpr dtype all_types[] = {dtype::f16, dtype::f32, dtype::f64, dtype::i8,  dtype::i16, dtype::i32,
                               dtype::i64, dtype::u8,  dtype::u16, dtype::u32, dtype::u64, dtype::boolean};

/// Elements whose floats are finite and not above 2^10 in magnitude, subnormals among them.
std::vector<std::byte> random_elements(dtype type, std::size_t count, std::mt19937_64& random) {
  std::vector<std::byte> bytes(count * model::size_of(type));
  for (std::size_t i = 0; i < count; ++i) {
    std::uint64_t bits = random();
    if (type == dtype::f16) {
      bits = (bits & 0x8000U) | (bits & 0x7fffU) % 0x6400U;
    } else if (type == dtype::f32) {
      bits = (bits & 0x80000000U) | (bits & 0x7fffffffU) % 0x44800000U;
    } else if (type == dtype::f64) {
      bits = (bits & std::uint64_t{1} << 63) | (bits >> 1) % 0x4090000000000000U;
    }
    std::memcpy(bytes.data() + i * model::size_of(type), &bits, model::size_of(type));
  }
  return bytes;
}

class every_variant : public testing::TestWithParam<dtype> {};

TEST_P(every_variant, gives_the_same_bytes) {
  const auto type = GetParam();
  const auto& reference = usable_kernels().front();
  std::mt19937_64 random(static_cast<std::uint64_t>(type));
  for (std::size_t count = 0; count < 150; ++count) {
    std::vector<std::byte> shifted(1); // an odd address, as an inline chunk may have
    const auto elements = random_elements(type, count, random);
    shifted.insert(shifted.end(), elements.begin(), elements.end());
    const auto weight = static_cast<std::int64_t>(random() % (std::uint64_t{1} << 40));
    std::vector<std::int64_t> before(count);
    for (auto& value : before) {
      value = static_cast<std::int64_t>(random()) >> 3;
    }
    std::vector<double> shift(count, 0x1p-70);
    const mean_scale by{0x1p-33, random() % (std::uint64_t{1} << 50) + 1, count % 2 == 0 ? 1.0 : 0.3,
                        count % 3 == 0 ? shift.data() : nullptr};
    const auto run = [&](const kernel_set& set) {
      std::vector<std::int64_t> sum = before;
      set.of(type).fold(shifted.data() + 1, count, 0x1p25, weight, sum.data());
      set.merge(reinterpret_cast<const std::byte*>(before.data()), count, sum.data());
      if (model::is_float(type)) {
        set.of(type).add_multiple(shifted.data() + 1, count, 0.7, shift.data());
      }
      std::vector<std::byte> out(elements.size());
      set.of(type).mean(before.data(), count, by, shifted.data() + 1, out.data());
      return std::tuple(set.of(type).largest(shifted.data() + 1, count), sum, shift, out);
    };
    const auto expected = run(reference);
    for (const auto& set : usable_kernels()) {
      shift.assign(count, 0x1p-70);
      ASSERT_EQ(run(set), expected) << set.name << ", " << model::to_string(type) << ", " << count << " elements";
    }
  }
}

TEST_P(every_variant, steps_to_the_same_bytes) {
  const auto type = GetParam();
  if (!model::is_float(type)) {
    EXPECT_EQ(usable_kernels().front().of(type).step, nullptr);
    return;
  }
  const auto state_type = type == dtype::f64 ? dtype::f64 : dtype::f32;
  std::mt19937_64 random(static_cast<std::uint64_t>(type));
  for (std::size_t count = 0; count < 80; ++count) {
    const auto old = random_elements(type, count, random);
    const auto m = random_elements(state_type, count, random);
    auto v = random_elements(state_type, count, random);
    for (std::size_t i = 0; i < count; ++i) { // squares are not negative
      v[(i + 1) * model::size_of(state_type) - 1] &= std::byte{0x7f};
    }
    std::vector<std::int64_t> sum(count);
    std::ranges::generate(sum, [&] { return static_cast<std::int64_t>(random()) >> 5; });
    const std::vector<double> shift(count, 0x1p-4);
    const mean_scale by{0x1p-30, random() % (std::uint64_t{1} << 50) + 1, 1, count % 2 == 0 ? shift.data() : nullptr};
    for (const auto rule : {step_rule::momentum, step_rule::adam, step_rule::yogi, step_rule::adagrad}) {
      const auto run = [&](const kernel_set& set) {
        std::vector<std::byte> next(old.size());
        std::vector<std::byte> next_m(m.size());
        std::vector<std::byte> next_v(v.size());
        const bool fits =
            set.of(type).step({sum.data(), old.data(), m.data(), v.data(), next.data(), next_m.data(), next_v.data()},
                              count, by, {rule, 0.03, 0.9, 0.99, 1e-3});
        return std::tuple(fits, next, next_m, next_v);
      };
      const auto expected = run(usable_kernels().front());
      for (const auto& set : usable_kernels()) {
        ASSERT_EQ(run(set), expected) << set.name << ", " << count << " elements";
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(kernels_test, every_variant, testing::ValuesIn(all_types),
                         [](const auto& some) { return std::string(model::to_string(some.param)); });

TEST(kernels_test, the_best_variant_is_one_of_the_usable_ones) {
  EXPECT_EQ(best_kernels().name, usable_kernels().back().name);
  EXPECT_EQ(usable_kernels().front().name, "baseline");
  RecordProperty("variant", std::string(best_kernels().name));
}

double half_value(std::uint16_t bits) {
  const int exponent = bits >> 10 & 0x1f;
  const double mantissa = bits & 0x3ff;
  const double magnitude = exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(mantissa + 1024, exponent - 25);
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

TEST(kernels_test, every_float16_is_read_exactly) {
  std::vector<std::uint16_t> halves;
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    if ((bits & 0x7c00U) != 0x7c00U) {
      halves.push_back(static_cast<std::uint16_t>(bits));
    }
  }
  for (const auto& set : usable_kernels()) {
    std::vector<std::int64_t> sum(halves.size(), 0);
    set.of(dtype::f16).fold(std::as_bytes(std::span(halves)).data(), halves.size(), 0x1p24, 1, sum.data());
    for (std::size_t i = 0; i < halves.size(); ++i) {
      ASSERT_EQ(static_cast<double>(sum[i]), half_value(halves[i]) * 0x1p24) << set.name << " " << halves[i];
    }
  }
}

TEST(kernels_test, every_float16_is_written_half_even_between_its_neighbours) {
  constexpr double scale = 0x1p35;
  for (const auto& set : usable_kernels()) {
    for (std::uint16_t low = 0; low < 0x7bff; ++low) {
      const auto high = static_cast<std::uint16_t>(low + 1);
      const auto middle = static_cast<std::int64_t>((half_value(low) + half_value(high)) / 2 * scale);
      const std::int64_t sums[] = {middle - 1, middle, middle + 1, -middle + 1, -middle, -middle - 1};
      const std::uint16_t even = low % 2 == 0 ? low : high;
      const std::uint16_t expected[] = {low, even, high, low, even, high};
      std::uint16_t out[6] = {};
      set.of(dtype::f16)
          .mean(sums, 6, {1 / scale, 1, 1.0, nullptr}, nullptr, std::as_writable_bytes(std::span(out)).data());
      for (int i = 0; i < 6; ++i) {
        ASSERT_EQ(out[i], expected[i] | (i < 3 ? 0 : 0x8000)) << set.name << " above " << low << ", case " << i;
      }
    }
  }
}

TEST(kernels_test, integer_means_round_half_to_even_on_both_sides_of_zero) {
  const std::vector<std::int64_t> sums{1, 3, 5, -1, -3, -5, 2, -2};
  for (const auto& set : usable_kernels()) {
    std::vector<std::int8_t> out(sums.size());
    set.of(dtype::i8).mean(sums.data(), sums.size(), {1, 2, 1.0, nullptr}, nullptr,
                           std::as_writable_bytes(std::span(out)).data());
    EXPECT_EQ(out, (std::vector<std::int8_t>{0, 2, 2, 0, -2, -2, 1, -1})) << set.name;
  }
}

} // namespace
} // namespace fedloom::aggregation
