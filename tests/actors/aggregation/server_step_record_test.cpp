#include "tests/actors/aggregation/recorded_steps.hpp"
#include "tests/actors/aggregation/server_steps.hpp"

#include <cmath>

/// The optimisers against FEDn's formulas, carried out by NumPy (recorded_steps.py).
namespace fedloom::aggregation {
namespace {

using model::dtype;

const std::map<std::string, server_optimizer> optimizers = {
    {"fedavgm", fedavgm{}},
    {"fedavgm_half", fedavgm{0.5, 0.3}},
    {"adam", fedopt{}},
    {"adam_fast", fedopt{adaptive_rule::adam, 0.1, 0.5, 0.8, 0.01}},
    {"yogi", fedopt{adaptive_rule::yogi}},
    {"yogi_fast", fedopt{adaptive_rule::yogi, 0.05, 0.0, 0.9, 0.1}},
    {"adagrad", fedopt{adaptive_rule::adagrad}},
    {"adagrad_fast", fedopt{adaptive_rule::adagrad, 0.1, 0.7, 0.99, 0.001}},
};

template <class T>
constexpr dtype type_of = sizeof(T) == 4 ? dtype::f32 : dtype::f64;

template <class T>
std::vector<std::byte> stream_of(const std::vector<T>& values) {
  return model_builder().tensor(type_of<T>, values).stream();
}

constexpr std::uint64_t total_weight = 1000;

/// The sum of a round's updates over `combiners`, client i at combiner i % combiners.
template <class T>
accumulator sum_of(domain::byte_span global, const std::vector<std::vector<T>>& updates, std::size_t combiners) {
  auto all = sum_for(global, total_weight);
  std::vector<accumulator> parts(combiners, all);
  for (std::size_t i = 0; i < updates.size(); ++i) {
    parts[i % combiners].add(cut(stream_of(updates[i])), recorded_examples[i]);
  }
  for (auto& part : parts) {
    const auto weight = part.weight();
    const auto sum = part.take_sum();
    EXPECT_TRUE(all.add_sum(cut(std::as_bytes(std::span(sum))), weight));
  }
  return all;
}

/// All rounds, each from the model and state of the one before.
template <class T>
std::vector<step_result> run(const recorded_steps<T>& record, const server_optimizer& how, std::size_t combiners) {
  std::vector<step_result> steps;
  auto global = stream_of(record.seed);
  std::vector<std::byte> state;
  for (const auto& updates : record.updates) {
    steps.push_back(step(sum_of(global, updates, combiners), how, global, state));
    EXPECT_EQ(steps.back().reason, domain::error{});
    global = steps.back().model;
    state = steps.back().state;
  }
  return steps;
}

/// Float32's, for both: the sum resolves 2^-29 here, and a step makes up to rate / tau = 100 times that of it.
constexpr double tolerance = 1e-6;

template <class T>
void expect_as_recorded(const recorded_steps<T>& record, const std::string& name) {
  const auto steps = run(record, optimizers.at(name), 1);
  const auto& models = record.models.at(name);
  ASSERT_EQ(steps.size(), models.size());
  for (std::size_t round = 0; round < models.size(); ++round) {
    const auto values = values_of<T>(steps[round].model, 0);
    ASSERT_EQ(values.size(), models[round].size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      EXPECT_NEAR(values[i], models[round][i],
                  tolerance * std::max(1.0, std::abs(static_cast<double>(models[round][i]))))
          << name << ", round " << round + 1 << ", element " << i;
    }
  }
}

class recorded : public testing::TestWithParam<std::string> {};

TEST_P(recorded, float32_models_come_out_as_with_numpy) {
  expect_as_recorded(recorded_floats, GetParam());
}

TEST_P(recorded, float64_models_come_out_as_with_numpy) {
  expect_as_recorded(recorded_doubles, GetParam());
}

TEST_P(recorded, three_combiners_of_unequal_weight_give_the_bytes_of_one) {
  const auto& how = optimizers.at(GetParam());
  EXPECT_EQ(run(recorded_floats, how, 3), run(recorded_floats, how, 1));
  EXPECT_EQ(run(recorded_doubles, how, 2), run(recorded_doubles, how, 1));
}

INSTANTIATE_TEST_SUITE_P(server_step_record_test, recorded,
                         testing::Values("fedavgm", "fedavgm_half", "adam", "adam_fast", "yogi", "yogi_fast", "adagrad",
                                         "adagrad_fast"),
                         [](const auto& some) { return some.param; });

TEST(server_step_record_test, every_recorded_case_is_tested) {
  EXPECT_EQ(recorded_floats.models.size(), optimizers.size());
  EXPECT_EQ(recorded_doubles.models.size(), optimizers.size());
}

} // namespace
} // namespace fedloom::aggregation
