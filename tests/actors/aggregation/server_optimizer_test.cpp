#include "actors/aggregation/server_optimizer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>

namespace fedloom::aggregation {
namespace {

using domain::errc;
using model::dtype;
using testing::HasSubstr;

aggregator parsed(std::string_view name, const option_values& options = {}) {
  const auto result = parse_aggregator(name, options);
  EXPECT_TRUE(result) << to_string(result.error());
  return result.value_or(aggregator{});
}

domain::error refusal(std::string_view name, const option_values& options = {}) {
  const auto result = parse_aggregator(name, options);
  return result ? domain::error{} : result.error();
}

TEST(server_optimizer_test, names_alone_give_fedns_defaults) {
  EXPECT_EQ(parsed("fedavg"), (aggregator{fedavg{1.0}, 0}));
  EXPECT_EQ(parsed("fedavgm"), (aggregator{fedavgm{1.0, 0.9}, 0}));
  EXPECT_EQ(parsed("fedopt"), (aggregator{fedopt{adaptive_rule::adam, 1e-3, 0.9, 0.99, 1e-4}, 0}));
}

TEST(server_optimizer_test, options_take_the_place_of_defaults) {
  EXPECT_EQ(parsed("fedopt", {{"serveropt", "yogi"}, {"learning_rate", 0.1}, {"tau", 1e-3}}),
            (aggregator{fedopt{adaptive_rule::yogi, 0.1, 0.9, 0.99, 1e-3}, 0}));
  EXPECT_EQ(parsed("fedavgm", {{"beta", 0.0}}), (aggregator{fedavgm{1.0, 0.0}, 0}));
  EXPECT_EQ(parsed("fedavg", {{"learning_rate", 0.5}}), (aggregator{fedavg{0.5}, 0}));
}

TEST(server_optimizer_test, the_adaptive_rules_have_names_of_their_own) {
  EXPECT_EQ(parsed("fedadam", {{"beta1", 0.5}}), parsed("fedopt", {{"serveropt", "adam"}, {"beta1", 0.5}}));
  EXPECT_EQ(parsed("fedyogi"), parsed("fedopt", {{"serveropt", "yogi"}}));
  EXPECT_EQ(parsed("fedadagrad"), parsed("fedopt", {{"serveropt", "adagrad"}}));
}

TEST(server_optimizer_test, mu_goes_with_every_optimiser_and_fedprox_needs_it) {
  EXPECT_EQ(parsed("fedprox", {{"mu", 0.1}}), (aggregator{fedavg{}, 0.1}));
  EXPECT_EQ(parsed("fedadam", {{"mu", 0.01}}).mu, 0.01);
  EXPECT_EQ(refusal("fedprox").code, errc::config_invalid);
  EXPECT_THAT(refusal("fedprox").text, HasSubstr("needs the option mu"));
}

TEST(server_optimizer_test, an_unknown_name_is_refused_with_the_known_ones) {
  for (const auto* name : {"", "FedAvg", "fed", "adam", "fedsgd", "splitlearningagg"}) {
    EXPECT_EQ(refusal(name).code, errc::config_invalid) << name;
  }
  EXPECT_THAT(refusal("fedsgd").text, HasSubstr("fedavg, fedprox, fedavgm, fedopt"));
  EXPECT_EQ(refusal("fedopt", {{"serveropt", "sgd"}}).code, errc::config_invalid);
}

TEST(server_optimizer_test, an_unknown_option_is_refused_with_the_known_ones) {
  const auto reason = refusal("fedopt", {{"beta3", 0.5}});
  EXPECT_EQ(reason.code, errc::config_invalid);
  EXPECT_EQ(reason.text, "fedopt has no option \"beta3\"; it has serveropt, learning_rate, beta1, beta2, tau, mu");
  EXPECT_EQ(refusal("fedavg", {{"tau", 0.5}}).code, errc::config_invalid);
  EXPECT_EQ(refusal("fedavgm", {{"beta1", 0.5}}).code, errc::config_invalid);
  EXPECT_EQ(refusal("fedadam", {{"serveropt", "yogi"}}).code, errc::config_invalid) << "its name says it already";
}

TEST(server_optimizer_test, a_value_of_another_type_is_refused) {
  EXPECT_EQ(refusal("fedopt", {{"learning_rate", "0.1"}}).code, errc::malformed);
  EXPECT_EQ(refusal("fedopt", {{"beta1", true}}).code, errc::malformed);
  EXPECT_EQ(refusal("fedopt", {{"serveropt", 1.0}}).code, errc::malformed);
}

struct bounded {
  const char* aggregator;
  const char* option;
  std::vector<double> good;
  std::vector<double> bad;
};

class range_of_an_option : public testing::TestWithParam<bounded> {};

TEST_P(range_of_an_option, is_held) {
  const auto& [name, option, good, bad] = GetParam();
  for (const double value : good) {
    EXPECT_TRUE(parse_aggregator(name, {{option, value}})) << value;
  }
  auto wrong = bad;
  for (const double never : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
                             -std::numeric_limits<double>::infinity()}) {
    wrong.push_back(never);
  }
  for (const double value : wrong) {
    const auto reason = refusal(name, {{option, value}});
    EXPECT_EQ(reason.code, errc::config_invalid) << value;
    EXPECT_THAT(reason.text, HasSubstr(option)) << "it says which one";
  }
}

INSTANTIATE_TEST_SUITE_P(server_optimizer_test, range_of_an_option,
                         testing::Values(bounded{"fedavg", "learning_rate", {1e-9, 1}, {0, -1, 1.001}},
                                         bounded{"fedavgm", "learning_rate", {1e-9, 1000}, {0, -1, 1001}},
                                         bounded{"fedavgm", "beta", {0, 0.999}, {-0.1, 1}},
                                         bounded{"fedopt", "learning_rate", {1e-9, 1000}, {0, -1, 1001}},
                                         bounded{"fedopt", "beta1", {0, 0.999}, {-0.1, 1}},
                                         bounded{"fedopt", "beta2", {0, 0.999}, {-1, 1}},
                                         bounded{"fedopt", "tau", {1e-12, 1000}, {0, -1e-4, 1e-13, 1001}},
                                         bounded{"fedavg", "mu", {0, 1000}, {-0.1, 1001}}),
                         [](const auto& some) { return std::string(some.param.aggregator) + "_" + some.param.option; });

TEST(server_optimizer_test, name_and_options_parse_to_the_same_again) {
  const aggregator all[] = {{fedavg{0.25}, 0},
                            {fedavg{1}, 0.5},
                            {fedavgm{0.3, 0.8}, 0.1},
                            {fedopt{adaptive_rule::adam, 0.1, 0.2, 0.3, 0.4}, 0},
                            {fedopt{adaptive_rule::yogi, 0.1, 0.2, 0.3, 0.4}, 0.5},
                            {fedopt{adaptive_rule::adagrad, 1e-3, 0, 0, 1}, 0}};
  for (const auto& one : all) {
    EXPECT_EQ(parsed(name_of(one), options_of(one)), one) << name_of(one);
  }
  EXPECT_EQ(name_of(all[1]), "fedprox");
}

TEST(server_optimizer_test, what_did_not_come_from_a_parser_is_checked_too) {
  EXPECT_EQ(fault_of({fedopt{}, 0}).code, errc::none);
  const auto reason = fault_of({fedopt{adaptive_rule::adam, 1e-3, 1.5}, 0});
  EXPECT_EQ(reason.code, errc::config_invalid);
  EXPECT_EQ(reason.text, "beta1 of fedopt is 1.5; it must be at least 0 and below 1");
}

TEST(server_optimizer_test, a_state_has_the_shapes_of_the_float_tensors_and_at_least_float32) {
  const model::manifest what{{{"w", dtype::f32, {3, 4}},
                              {"steps", dtype::i64, {}},
                              {"h", dtype::f16, {5}},
                              {"d", dtype::f64, {}},
                              {"mask", dtype::boolean, {2}}}};
  EXPECT_EQ(state_manifest(fedavg{}, what), model::manifest{});
  EXPECT_EQ(state_manifest(fedavgm{}, what),
            (model::manifest{{{"m.0", dtype::f32, {3, 4}}, {"m.2", dtype::f32, {5}}, {"m.3", dtype::f64, {}}}}));
  EXPECT_EQ(state_manifest(fedopt{}, what), (model::manifest{{{"m.0", dtype::f32, {3, 4}},
                                                              {"v.0", dtype::f32, {3, 4}},
                                                              {"m.2", dtype::f32, {5}},
                                                              {"v.2", dtype::f32, {5}},
                                                              {"m.3", dtype::f64, {}},
                                                              {"v.3", dtype::f64, {}}}}));
}

TEST(server_optimizer_test, the_state_of_the_largest_allowed_model_can_be_read) {
  model::manifest what;
  what.tensors.assign(model::stream_limits{}.tensors, {"", dtype::f32, {1}});
  for (std::size_t i = 0; i < what.tensors.size(); ++i) {
    what.tensors[i].name = std::to_string(i);
  }
  const auto state = model::blank_stream(state_manifest(fedopt{}, what));
  EXPECT_TRUE(model::read_stream(state, true, state_limits()));
  EXPECT_FALSE(model::read_stream(state)) << "which is why it has limits of its own";
}

} // namespace
} // namespace fedloom::aggregation
