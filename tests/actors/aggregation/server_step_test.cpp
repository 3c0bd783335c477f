#include "tests/actors/aggregation/server_steps.hpp"

#include <cmath>
#include <limits>
#include <random>

namespace fedloom::aggregation {
namespace {

using domain::errc;
using model::dtype;

const fedopt rules[] = {{adaptive_rule::adam, 0.1, 0.9, 0.99, 0.01},
                        {adaptive_rule::yogi, 0.1, 0.9, 0.99, 0.01},
                        {adaptive_rule::adagrad, 0.1, 0.9, 0.99, 0.01}};
const server_optimizer all_optimizers[] = {fedavgm{0.5, 0.9}, rules[0], rules[1], rules[2]};

model_builder floats(const std::vector<float>& values) {
  return model_builder().tensor(dtype::f32, values);
}

/// The sum of one update of weight 1, which so is the mean.
accumulator mean_is(domain::byte_span global, domain::byte_span update, std::uint64_t total_weight = 8) {
  auto sum = sum_for(global, total_weight);
  EXPECT_EQ(sum.check(cut(update)).reason, domain::error{});
  sum.add(cut(update), 1);
  return sum;
}

TEST(server_step_test, momentum_goes_on_in_the_direction_of_earlier_rounds) {
  const auto global = floats({1, 2}).stream();
  const auto first = step(mean_is(global, floats({2, 2}).stream()), fedavgm{1.0, 0.5}, global);
  EXPECT_EQ(values_of<float>(first.model, 0), (std::vector<float>{2, 2}));
  EXPECT_EQ(values_of<float>(first.state, 0), (std::vector<float>{1, 0}));
  const auto second = step(mean_is(first.model, first.model), fedavgm{1.0, 0.5}, first.model, first.state);
  EXPECT_EQ(values_of<float>(second.model, 0), (std::vector<float>{2.5, 2})) << "though nobody moved it";
}

TEST(server_step_test, before_the_first_adaptive_step_m_is_zero_and_v_is_tau_squared) {
  const auto global = floats({1, 1}).stream();
  const auto sum = mean_is(global, floats({1.5, 1}).stream());
  const auto adam = step(sum, fedopt{adaptive_rule::adam, 1.0, 0.5, 0.75, 0.25}, global);
  EXPECT_EQ(values_of<float>(adam.state, 0), (std::vector<float>{0.25, 0})) << "m";
  EXPECT_EQ(values_of<float>(adam.state, 1), (std::vector<float>{0.75 * 0.0625 + 0.25 * 0.25, 0.75 * 0.0625})) << "v";
  EXPECT_FLOAT_EQ(values_of<float>(adam.model, 0)[0], 1 + 0.25F / (std::sqrt(0.109375F) + 0.25F));
  EXPECT_EQ(values_of<float>(adam.model, 0)[1], 1);
  const auto yogi = step(sum, fedopt{adaptive_rule::yogi, 1.0, 0.5, 0.75, 0.25}, global);
  EXPECT_EQ(values_of<float>(yogi.state, 1), (std::vector<float>{0.0625 + 0.25 * 0.25, 0.0625}));
  const auto adagrad = step(sum, fedopt{adaptive_rule::adagrad, 1.0, 0.5, 0.75, 0.25}, global);
  EXPECT_EQ(values_of<float>(adagrad.state, 1), (std::vector<float>{0.0625 + 0.25, 0.0625}));
}

TEST(server_step_test, fedavg_is_the_average_and_keeps_no_state) {
  const auto global = floats({1, 2}).stream();
  const auto sum = mean_is(global, floats({2, 4}).stream());
  const auto result = step(sum, fedavg{0.5}, global);
  EXPECT_EQ(result.model, sum.average(global, 0.5));
  EXPECT_TRUE(result.state.empty());
}

TEST(server_step_test, integers_take_the_rounded_mean) {
  const auto with = [](float a, std::int32_t b, std::uint8_t c) {
    return model_builder()
        .tensor<std::int32_t>(dtype::i32, {b, -b})
        .tensor<float>(dtype::f32, {a})
        .tensor<std::uint8_t>(dtype::boolean, {c})
        .stream();
  };
  const auto global = with(1, 10, 0);
  auto sum = sum_for(global, 8);
  sum.add(cut(with(2, 3, 1)), 1);
  sum.add(cut(with(2, 6, 1)), 1);
  for (const auto& how : all_optimizers) {
    const auto next = step(sum, how, global).model;
    EXPECT_EQ(values_of<std::int32_t>(next, 0), (std::vector<std::int32_t>{4, -4})) << "4.5, half-even";
    EXPECT_EQ(values_of<std::uint8_t>(next, 2), std::vector<std::uint8_t>{1});
  }
}

TEST(server_step_test, a_model_without_floats_has_no_state) {
  const auto global = model_builder().tensor<std::uint8_t>(dtype::u8, {1, 2}).stream();
  const auto update = model_builder().tensor<std::uint8_t>(dtype::u8, {3, 4}).stream();
  const auto result = step(mean_is(global, update), fedopt{}, global);
  EXPECT_EQ(result.model, update);
  EXPECT_TRUE(result.state.empty());
}

TEST(server_step_test, parents_of_late_updates_are_taken_out_first) {
  const auto global = floats({10}).stream();
  auto sum = mean_is(global, floats({7}).stream());
  ASSERT_TRUE(sum.shift_mean(floats({6}).stream(), {-1, 1}));
  ASSERT_TRUE(sum.shift_mean(global, {1, 1}));
  const auto result = step(sum, fedavgm{0.5, 0.9}, global);
  EXPECT_EQ(values_of<float>(result.model, 0), std::vector<float>{10.5}) << "7 was 1 above its own parent";
  EXPECT_EQ(values_of<float>(result.state, 0), std::vector<float>{1});
}

TEST(server_step_test, a_divisor_above_the_weight_counts_the_rest_as_the_caller_shifted_it) {
  const auto global = floats({10}).stream();
  auto sum = mean_is(global, floats({14}).stream());
  ASSERT_TRUE(sum.shift_mean(global, {3, 4})); // three of four have not moved
  EXPECT_EQ(values_of<float>(step(sum, fedavgm{1, 0}, global, {}, 4).model, 0), std::vector<float>{11});
}

/// The formulas once more, one element at a time.
struct element {
  double x, m, v;
};
element moved(const element& from, double g, const server_optimizer& how) {
  if (const auto* momentum = std::get_if<fedavgm>(&how)) {
    const double m = momentum->beta * from.m + g;
    return {from.x + momentum->learning_rate * m, m, 0};
  }
  const auto& opt = std::get<fedopt>(how);
  const double m = opt.beta1 * from.m + (1 - opt.beta1) * g;
  double v = from.v;
  switch (opt.serveropt) {
  case adaptive_rule::adam:
    v = opt.beta2 * v + (1 - opt.beta2) * g * g;
    break;
  case adaptive_rule::yogi:
    v -= (1 - opt.beta2) * g * g * (v > g * g ? 1 : -1);
    break;
  case adaptive_rule::adagrad:
    v += g * g;
  }
  return {from.x + opt.learning_rate * m / (std::sqrt(v) + opt.tau), m, v};
}

/// Two tensors of several blocks and odd lengths, so that neither blocks nor vectors end with them.
template <class T>
std::vector<std::byte> large_model(dtype type, std::mt19937_64& random, double size) {
  std::normal_distribution<double> normal(0, size);
  const auto values = [&](std::size_t count) {
    std::vector<T> all(count);
    std::ranges::generate(all, [&] { return static_cast<T>(normal(random)); });
    return all;
  };
  return model_builder().tensor(type, values(9001)).tensor(type, values(3)).tensor(type, values(4097)).stream();
}

template <class T>
void expect_every_element_moved(dtype type, double tolerance) {
  for (const auto& how : all_optimizers) {
    std::mt19937_64 random(5);
    auto global = large_model<T>(type, random, 1);
    std::vector<std::byte> state;
    const bool has_v = std::holds_alternative<fedopt>(how);
    for (int round = 0; round < 3; ++round) {
      const auto update = large_model<T>(type, random, 0.5);
      const auto next = step(mean_is(global, update), how, global, state);
      ASSERT_EQ(next.reason, domain::error{});
      for (std::size_t t = 0; t < 3; ++t) {
        const auto slot = has_v ? 2 * t : t;
        const auto old = values_of<T>(global, t);
        const auto target = values_of<T>(update, t);
        const auto m = state.empty() ? std::vector<T>(old.size(), 0) : values_of<T>(state, slot);
        const auto v = !has_v          ? m
                       : state.empty() ? std::vector<T>(old.size(), T(0.01 * 0.01))
                                       : values_of<T>(state, slot + 1);
        const auto x = values_of<T>(next.model, t);
        const auto next_m = values_of<T>(next.state, slot);
        const auto next_v = has_v ? values_of<T>(next.state, slot + 1) : std::vector<T>(old.size(), 0);
        for (std::size_t i = 0; i < old.size(); ++i) {
          const auto expected = moved({old[i], m[i], v[i]}, static_cast<double>(target[i]) - old[i], how);
          const auto near = [&](double value) { return tolerance * std::max(1.0, std::abs(value)); };
          ASSERT_NEAR(x[i], expected.x, near(expected.x)) << "tensor " << t << ", element " << i;
          ASSERT_NEAR(next_m[i], expected.m, near(expected.m));
          ASSERT_NEAR(next_v[i], expected.v, near(expected.v));
        }
      }
      global = next.model;
      state = next.state;
    }
  }
}

TEST(server_step_test, every_float32_of_large_tensors_moves_by_the_formulas) {
  expect_every_element_moved<float>(dtype::f32, 1e-6);
}

TEST(server_step_test, every_float64_of_large_tensors_moves_by_the_formulas) {
  expect_every_element_moved<double>(dtype::f64, 2e-7); // the sum's own resolution, times rate / tau
}

TEST(server_step_test, float16_models_keep_their_state_in_float32) {
  const auto half = [](std::uint16_t bits) {
    return model_builder().tensor<std::uint16_t>(dtype::f16, {bits}).stream();
  };
  const auto global = half(0x3c00); // 1
  const auto result = step(mean_is(global, half(0x3e00)), fedopt{adaptive_rule::adagrad, 0.5, 0, 0.99, 1e-4}, global);
  EXPECT_EQ(values_of<std::uint16_t>(result.model, 0), std::vector<std::uint16_t>{0x3e00}); // 1 + 0.5 * 0.5 / 0.5
  EXPECT_EQ(values_of<float>(result.state, 0), std::vector<float>{0.5});
  EXPECT_FLOAT_EQ(values_of<float>(result.state, 1)[0], 0.25F + 1e-8F);
}

TEST(server_step_test, a_state_that_was_stored_and_read_again_goes_on_with_the_same_bytes) {
  std::mt19937_64 random(1);
  const auto global = large_model<float>(dtype::f32, random, 1);
  const auto update = large_model<float>(dtype::f32, random, 0.5);
  for (const auto& how : all_optimizers) {
    const auto first = step(mean_is(global, update), how, global);
    const auto read = model::read_stream(first.state, true, state_limits());
    ASSERT_TRUE(read) << to_string(read.error());
    EXPECT_EQ(read->what, state_manifest(how, model::read_stream(global)->what));
    std::vector<std::byte> elsewhere(1); // an odd address
    elsewhere.insert(elsewhere.end(), first.state.begin(), first.state.end());
    const auto again = std::span(elsewhere).subspan(1);
    EXPECT_EQ(model::id_of(again), model::id_of(first.state));
    const auto sum = mean_is(first.model, update);
    EXPECT_EQ(step(sum, how, first.model, again), step(sum, how, first.model, first.state));
    EXPECT_NE(step(sum, how, first.model, again).model, step(sum, how, first.model).model) << "it is looked at";
  }
}

TEST(server_step_test, padding_is_zeros_so_that_equal_values_have_equal_ids) {
  const auto global = floats({1, 2, 3}).stream();
  const auto result = step(mean_is(global, global), fedopt{}, global);
  EXPECT_EQ(result.model, global);
  auto expected = model::blank_stream(state_manifest(fedopt{}, floats({1, 2, 3}).what()));
  const float v = static_cast<float>(0.99 * static_cast<double>(static_cast<float>(1e-4 * 1e-4)));
  for (std::size_t i = 0; i < 3; ++i) {
    std::memcpy(model::data_of(expected).data() + model::tensor_alignment + i * 4, &v, 4);
  }
  EXPECT_EQ(result.state, expected);
}

TEST(server_step_test, what_it_tells_to_be_made_is_final) {
  std::mt19937_64 random(2);
  const auto values = [&](std::size_t count) {
    std::vector<float> all(count);
    std::ranges::generate(all, [&] { return std::normal_distribution<float>()(random); });
    return all;
  };
  const auto builder = floats(values(700001)).tensor(dtype::f32, values(5)).tensor(dtype::f32, values(400000));
  const auto global = builder.stream();
  const auto sum = mean_is(global, global);
  for (const auto& how : all_optimizers) {
    const auto expected = step(sum, how, global);
    std::vector<std::byte> next(sum.stream_bytes());
    std::vector<std::byte> state(sum.state_bytes(how));
    std::size_t model_end = 0;
    std::size_t state_end = 0;
    int calls = 0;
    const auto made = [&](std::size_t model_now, std::size_t state_now) {
      ASSERT_GE(model_now, model_end);
      ASSERT_GE(state_now, state_end);
      // Only what is new, and at the end all of it: nothing was written later.
      ASSERT_TRUE(std::equal(next.begin() + static_cast<std::ptrdiff_t>(model_end),
                             next.begin() + static_cast<std::ptrdiff_t>(model_now),
                             expected.model.begin() + static_cast<std::ptrdiff_t>(model_end)));
      ASSERT_TRUE(std::equal(state.begin() + static_cast<std::ptrdiff_t>(state_end),
                             state.begin() + static_cast<std::ptrdiff_t>(state_now),
                             expected.state.begin() + static_cast<std::ptrdiff_t>(state_end)));
      model_end = model_now;
      state_end = state_now;
      ++calls;
    };
    ASSERT_TRUE(sum.step(how, {global, {}, 0}, {next, state, made}));
    EXPECT_EQ(model_end, next.size());
    EXPECT_EQ(state_end, state.size());
    EXPECT_EQ(next, expected.model);
    EXPECT_EQ(state, expected.state);
    EXPECT_GE(calls, 4) << "4.4 MB of model";
  }
}

class step_that_does_not_fit : public testing::Test {
protected:
  /// From x to y with momentum that doubles what is asked for.
  static step_result leap(const model_builder& from, const model_builder& to, const server_optimizer& how) {
    const auto global = from.stream();
    const auto before = global;
    const auto sum = mean_is(global, to.stream());
    const auto sum_before = sum.sum();
    auto result = step(sum, how, global);
    EXPECT_EQ(global, before);
    EXPECT_EQ(sum.sum(), sum_before);
    return result;
  }
  static constexpr float most = std::numeric_limits<float>::max();
};

TEST_F(step_that_does_not_fit, is_refused_by_name) {
  const auto from = floats({1, 1}).tensor<float>(dtype::f32, {1, most / 4, 1});
  const auto to = floats({1, 1}).tensor<float>(dtype::f32, {1, most, 1});
  const auto reason = leap(from, to, fedavgm{2, 0}).reason;
  EXPECT_EQ(reason.code, errc::not_finite);
  EXPECT_EQ(reason.text, "tensor 1 \"1\" leaves the range of float32 by the server optimiser's step");
  EXPECT_EQ(leap(from, to, fedavgm{1, 0}).reason.code, errc::none) << "but what fits passes";
}

TEST_F(step_that_does_not_fit, in_float16) {
  const auto half = [](std::uint16_t bits) { return model_builder().tensor<std::uint16_t>(dtype::f16, {bits}); };
  EXPECT_EQ(leap(half(0x7800), half(0x7bff), fedavgm{2, 0}).reason.code, errc::not_finite);
  EXPECT_EQ(leap(half(0x7800), half(0x7bff), fedavgm{1, 0}).reason.code, errc::none);
}

TEST_F(step_that_does_not_fit, in_float64) {
  const auto one = [](double x) { return model_builder().tensor<double>(dtype::f64, {x}); };
  EXPECT_EQ(leap(one(-1e308), one(1e308), fedavgm{1, 0}).reason.code, errc::not_finite) << "the difference is 2e308";
  EXPECT_EQ(leap(one(-1e307), one(1e307), fedavgm{1, 0}).reason.code, errc::none);
}

TEST_F(step_that_does_not_fit, into_a_state) {
  const fedopt how{adaptive_rule::adagrad};
  EXPECT_EQ(leap(floats({1e18F}), floats({3e19F}), how).reason.code, errc::not_finite) << "its square is 8e38";
  EXPECT_EQ(leap(floats({1e18F}), floats({1e19F}), how).reason.code, errc::none);
}

TEST_F(step_that_does_not_fit, from_a_state_with_values_that_no_step_makes) {
  const auto global = floats({1}).stream();
  for (const float v : {-1.0F, std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    auto state = model::blank_stream(state_manifest(fedopt{}, floats({1}).what()));
    std::memcpy(model::data_of(state).data() + model::tensor_alignment, &v, sizeof(v));
    EXPECT_EQ(step(mean_is(global, global), fedopt{}, global, state).reason.code, errc::not_finite) << v;
  }
}

TEST(server_step_test, a_state_of_another_optimiser_or_model_is_refused) {
  const auto global = floats({1, 2}).stream();
  const auto sum = mean_is(global, global);
  const auto code = [&](const server_optimizer& how, domain::byte_span state) {
    return step(sum, how, global, state).reason.code;
  };
  const auto state = step(sum, fedopt{}, global).state;
  EXPECT_EQ(code(fedopt{adaptive_rule::yogi}, state), errc::none) << "m and v mean the same to it";
  EXPECT_EQ(code(fedavgm{}, state), errc::wrong_shape);
  EXPECT_EQ(code(fedavg{}, state), errc::wrong_shape);
  const auto other = floats({1, 2, 3}).stream();
  EXPECT_EQ(code(fedopt{}, step(mean_is(other, other), fedopt{}, other).state), errc::wrong_shape);
  const auto wide = model_builder().tensor<double>(dtype::f64, {1, 2}).stream();
  EXPECT_EQ(code(fedopt{}, step(mean_is(wide, wide), fedopt{}, wide).state), errc::wrong_dtype);
  EXPECT_EQ(code(fedopt{}, std::span(state).first(state.size() - 64)), errc::malformed);
  EXPECT_EQ(code(fedopt{}, global), errc::wrong_shape);
}

} // namespace
} // namespace fedloom::aggregation
