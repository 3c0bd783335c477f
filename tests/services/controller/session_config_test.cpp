#include "services/controller/routes/session_config.hpp"

#include "services/controller/routes/json_of.hpp"

#include <gmock/gmock.h>

namespace fedloom::controller {

using domain::milliseconds;
using domain::session_options;
using testing::AllOf;
using testing::HasSubstr;

namespace {

domain::expected<session_options> read(const char* text) {
  return session_options_from(nlohmann::json::parse(text));
}

std::string complaint(const std::string& text) {
  const auto options = read(text.c_str());
  return options ? "taken" : options.error().text;
}

} // namespace

TEST(session_config, leaves_what_is_not_said_at_the_defaults) {
  EXPECT_EQ(read("{}").value(), session_options{});
}

TEST(session_config, takes_every_option) {
  session_options all;
  all.rounds = 7;
  all.requested_clients = 20;
  all.round_buffer_size = 15;
  all.min_clients = 10;
  all.round_timeout = milliseconds{2500};
  all.round_attempts = 3;
  all.weights = domain::weighting::uniform;
  all.server_learning_rate = 0.5;
  all.model_name_prefix = "mnist";
  all.over_selection = 0.25;
  all.late_updates = domain::late_rule::buffered;
  all.max_staleness = 5;
  all.staleness_exponent = 1;
  all.optimizer = {domain::optimizer_rule::yogi, 0.8, 0.95, 1e-3};
  all.proximal_mu = 0.1;
  all.client_settings = R"({"epochs":3})";
  all.selection = {domain::selection_rule::performance, 0.5, {}};
  all.stop_early = {"f1", 0.9, 4, 0.001};
  all.validate = true;
  all.helper = "binaryhelper";
  all.delete_models = false;
  EXPECT_EQ(read(R"({"rounds": 7, "requested_clients": 20, "round_buffer_size": 15, "min_clients": 10,
                     "round_timeout": 2.5, "round_attempts": 3, "validate": true, "weighting": "uniform",
                     "server_learning_rate": 0.5, "model_name_prefix": "mnist", "over_selection": 0.25,
                     "late_updates": "buffered", "max_staleness": 5, "staleness_exponent": 1,
                     "aggregator": "fedyogi", "aggregator_kwargs": {"beta1": 0.8, "beta2": 0.95, "tau": 0.001},
                     "proximal_mu": 0.1, "client_settings": {"epochs": 3}, "helper_type": "binaryhelper",
                     "selection": {"rule": "performance", "fraction": 0.5}, "delete_models_storage": false,
                     "early_stop": {"metric": "f1", "target": 0.9, "window": 4, "threshold": 0.001}})")
                .value(),
            all);
}

TEST(session_config, comes_back_as_it_is_shown) {
  session_options some;
  some.round_timeout = milliseconds{1234};
  some.weights = domain::weighting::uniform;
  some.model_name_prefix = "x";
  some.requested_clients = 4;
  some.over_selection = 0.1;
  some.late_updates = domain::late_rule::carry;
  some.staleness_exponent = 0.3;
  some.optimizer = {domain::optimizer_rule::adam, 0.7, 0.9, 1e-5};
  some.server_learning_rate = 0.02;
  some.proximal_mu = 0.25;
  some.client_settings = R"({"lr":[1,2]})";
  some.selection = {domain::selection_rule::resources, 0.25, {domain::client_id{"a"}, domain::client_id{"b.c"}}};
  some.stop_early.target = 0.5;
  some.helper = "numpyhelper";
  EXPECT_EQ(session_options_from(nlohmann::json::parse(json_of(some).dump())).value(), some);
}

TEST(session_config, takes_what_fedns_client_sends) {
  const auto options =
      read(R"({"aggregator": "fedavg", "aggregator_kwargs": null, "round_timeout": 180, "buffer_size": -1,
                                "delete_models_storage": true, "clients_required": 2, "requested_clients": 8,
                                "validate": true, "helper_type": "numpyhelper", "server_functions": null})");
  ASSERT_TRUE(options) << options.error().text;
  EXPECT_EQ(options->min_clients, 2U);
  EXPECT_EQ(options->requested_clients, 8);
  EXPECT_EQ(options->round_buffer_size, -1);
}

TEST(session_config, names_the_nearest_option_for_an_unknown_one) {
  EXPECT_EQ(complaint(R"({"round_timout": 10})"), R"(unknown key "round_timout"; did you mean "round_timeout"?)");
  EXPECT_THAT(complaint(R"({"colour": 10})"), AllOf(HasSubstr("\"colour\""), HasSubstr("known are rounds, ")));
}

TEST(session_config, names_key_and_value_of_a_wrong_type) {
  const std::pair<const char*, const char*> wrong[] = {
      {"rounds", "\"ten\""},
      {"rounds", "2.5"},
      {"rounds", "true"},
      {"rounds", "-1"},
      {"rounds", "4294967296"},
      {"rounds", "99999999999999999999999"},
      {"min_clients", "[1]"},
      {"requested_clients", "{}"},
      {"requested_clients", "2147483648"},
      {"round_timeout", "\"3m\""},
      {"round_timeout", "-5"},
      {"round_timeout", "1e300"},
      {"validate", "1"},
      {"weighting", "\"fair\""},
      {"weighting", "1"},
      {"model_name_prefix", "7"},
      {"server_learning_rate", "\"fast\""},
      {"over_selection", "true"},
      {"late_updates", "\"sometimes\""},
      {"late_updates", "true"},
      {"max_staleness", "-1"},
      {"staleness_exponent", "\"steep\""},
  };
  for (const auto& [key, value] : wrong) {
    EXPECT_THAT(complaint("{\"" + std::string{key} + "\": " + value + "}"), AllOf(HasSubstr(key), HasSubstr("must be")))
        << key << " = " << value;
  }
}

TEST(session_config, keeps_the_limits_of_a_session) {
  EXPECT_THAT(complaint(R"({"rounds": 0})"), HasSubstr("rounds is 0; allowed: 1 to 1000000"));
  EXPECT_THAT(complaint(R"({"round_buffer_size": 0})"), HasSubstr("round_buffer_size"));
  EXPECT_THAT(complaint(R"({"server_learning_rate": 0})"), HasSubstr("server_learning_rate"));
  EXPECT_THAT(complaint(R"({"over_selection": 11, "requested_clients": 2})"), HasSubstr("over_selection is 11"));
  EXPECT_THAT(complaint(R"({"late_updates": "buffered"})"), HasSubstr("round_buffer_size is -1"));
  EXPECT_THAT(complaint(R"({"max_staleness": 101})"), HasSubstr("max_staleness is 101"));
  EXPECT_THAT(complaint(R"({"requested_clients": 2, "min_clients": 3})"), HasSubstr("min_clients is 3"));
}

TEST(session_config, reads_fedns_aggregators_with_their_defaults) {
  using domain::optimizer_options;
  using domain::optimizer_rule;
  struct expectation {
    const char* text;
    optimizer_options optimizer;
    double rate;
    double mu;
  };
  const expectation all[] = {
      {R"({"aggregator": "fedavg"})", {}, 1, 0},
      {R"({"server_learning_rate": 0.5})", {}, 0.5, 0},
      {R"({"aggregator": "fedopt"})", {optimizer_rule::adam, 0.9, 0.99, 1e-4}, 1e-3, 0},
      {R"({"aggregator": "fedopt", "aggregator_kwargs": {"serveropt": "yogi", "learning_rate": 0.01}})",
       {optimizer_rule::yogi, 0.9, 0.99, 1e-4},
       0.01,
       0},
      {R"({"aggregator": "fedopt", "aggregator_kwargs": "{\"serveropt\": \"adagrad\"}"})",
       {optimizer_rule::adagrad, 0.9, 0.99, 1e-4},
       1e-3,
       0},
      {R"({"aggregator": "fedadam", "server_learning_rate": 0.1})", {optimizer_rule::adam, 0.9, 0.99, 1e-4}, 0.1, 0},
      {R"({"aggregator": "fedavgm", "aggregator_kwargs": {"beta": 0.5}})", {optimizer_rule::momentum, 0.5}, 1, 0},
      {R"({"aggregator": "fedprox", "aggregator_kwargs": {"mu": 0.1}})", {}, 1, 0.1},
      {R"({"aggregator": "fedprox", "proximal_mu": 0.2})", {}, 1, 0.2},
  };
  for (const auto& one : all) {
    const auto options = read(one.text);
    ASSERT_TRUE(options) << one.text << ": " << options.error().text;
    EXPECT_EQ(options->optimizer, one.optimizer) << one.text;
    EXPECT_EQ(options->server_learning_rate, one.rate) << one.text;
    EXPECT_EQ(options->proximal_mu, one.mu) << one.text;
    EXPECT_EQ(session_options_from(nlohmann::json::parse(json_of(*options).dump())).value(), *options) << one.text;
  }
}

TEST(session_config, shows_an_aggregator_by_fedns_name) {
  const auto shown = json_of(read(R"({"aggregator": "fedadagrad"})").value());
  EXPECT_EQ(shown.at("aggregator"), "fedopt");
  EXPECT_EQ(shown.at("aggregator_kwargs").at("serveropt"), "adagrad");
  EXPECT_EQ(shown.at("aggregator_kwargs").at("learning_rate"), 1e-3);
}

TEST(session_config, names_what_is_wrong_with_an_aggregator) {
  EXPECT_THAT(complaint(R"({"aggregator": "fedsgd"})"), HasSubstr("there is no aggregator \"fedsgd\""));
  EXPECT_THAT(complaint(R"({"aggregator": 7})"), HasSubstr("aggregator is 7"));
  EXPECT_THAT(complaint(R"({"aggregator_kwargs": {"beta": 1}})"), HasSubstr("no option \"beta\""));
  EXPECT_THAT(complaint(R"({"aggregator_kwargs": [1]})"), HasSubstr("aggregator_kwargs is [1]"));
  EXPECT_THAT(complaint(R"({"aggregator_kwargs": "{"})"), HasSubstr("aggregator_kwargs is"));
  EXPECT_THAT(complaint(R"({"aggregator_kwargs": {"mu": []}})"), HasSubstr("aggregator_kwargs.mu is []"));
  EXPECT_THAT(complaint(R"({"aggregator": "fedopt", "aggregator_kwargs": {"tau": "small"}})"), HasSubstr("tau"));
  EXPECT_THAT(complaint(R"({"aggregator": "fedopt", "aggregator_kwargs": {"beta1": 1.5}})"), HasSubstr("beta1"));
  EXPECT_THAT(complaint(R"({"aggregator": "fedprox"})"), HasSubstr("needs the option mu"));
  EXPECT_THAT(complaint(R"({"proximal_mu": -1})"), HasSubstr("mu"));
  EXPECT_THAT(complaint("{\"aggregator_kwargs\": {\"" + std::string(100, 'x') + "\": 1}}"), HasSubstr("100 bytes"));
  const std::string deep = std::string(100000, '[') + std::string(100000, ']');
  EXPECT_THAT(complaint(R"({"aggregator_kwargs": "{\"a\": )" + deep + "}\"}"), HasSubstr("aggregator_kwargs is"));
}

TEST(session_config, draws_from_the_clients_that_are_named) {
  const std::vector named{domain::client_id{"ann"}, domain::client_id{"ben"}};
  EXPECT_EQ(read(R"({"client_ids": "ann,ben"})")->selection.clients, named);
  EXPECT_EQ(read(R"({"client_ids": ["ann", "ben"]})")->selection.clients, named);
  EXPECT_EQ(read(R"({"selection": {"clients": "ann, ben"}})")->selection.clients, named);
  EXPECT_THAT(complaint(R"({"client_ids": "ann;ben"})"), HasSubstr("client_ids is \"ann;ben\""));
  EXPECT_THAT(complaint(R"({"selection": {"clients": {}}})"), HasSubstr("selection.clients is {}"));
}

TEST(session_config, names_what_is_wrong_within_its_objects) {
  EXPECT_THAT(complaint(R"({"selection": "best"})"), HasSubstr("selection is \"best\""));
  EXPECT_THAT(complaint(R"({"selection": {"rool": 1}})"), HasSubstr("selection: unknown key \"rool\""));
  EXPECT_THAT(complaint(R"({"selection": {"rule": "best"}})"), HasSubstr("selection.rule is \"best\""));
  EXPECT_THAT(complaint(R"({"selection": {"fraction": "all"}})"), HasSubstr("selection.fraction is \"all\""));
  EXPECT_THAT(complaint(R"({"selection": {"fraction": 0}})"), HasSubstr("selection.fraction is 0"));
  EXPECT_THAT(complaint(R"({"early_stop": 3})"), HasSubstr("early_stop is 3"));
  EXPECT_THAT(complaint(R"({"early_stop": {"target": "high"}})"), HasSubstr("early_stop.target is \"high\""));
  EXPECT_THAT(complaint(R"({"early_stop": {"window": 1.5}})"), HasSubstr("early_stop.window is 1.5"));
  EXPECT_THAT(complaint(R"({"early_stop": {"window": 1}})"), HasSubstr("early_stop.window is 1"));
  EXPECT_THAT(complaint(R"({"early_stop": {"metric": 5}})"), HasSubstr("early_stop.metric is 5"));
  EXPECT_THAT(complaint(R"({"client_settings": "x"})"), HasSubstr("client_settings is \"x\""));
  EXPECT_THAT(complaint("{\"client_settings\": {\"a\": \"" + std::string(5000, 'x') + "\"}}"),
              HasSubstr("client_settings"));
}

TEST(session_config, knows_the_helpers) {
  EXPECT_EQ(read(R"({"helper": "androidhelper"})")->helper, "androidhelper");
  EXPECT_EQ(read(R"({"helper_type": null})")->helper, "");
  EXPECT_THAT(complaint(R"({"helper_type": "kerashelper"})"), HasSubstr("numpyhelper"));
  EXPECT_THAT(complaint(R"({"helper_type": 7})"), HasSubstr("helper_type is 7"));
}

TEST(session_config, refuses_what_it_would_not_do) {
  EXPECT_THAT(complaint(R"({"server_functions": "class X: pass"})"), HasSubstr("not supported"));
}

TEST(session_config, does_not_choose_between_two_names_of_one_option) {
  EXPECT_THAT(complaint(R"({"buffer_size": 3, "round_buffer_size": 4})"), HasSubstr("give one of them"));
  EXPECT_EQ(complaint(R"({"buffer_size": 3, "round_buffer_size": 3})"), "taken");
  EXPECT_THAT(complaint(R"({"helper": "numpyhelper", "helper_type": "binaryhelper"})"), HasSubstr("give one of them"));
  EXPECT_THAT(complaint(R"({"server_learning_rate": 0.5, "aggregator_kwargs": {"learning_rate": 0.4}})"),
              HasSubstr("give one of them"));
  EXPECT_THAT(complaint(R"({"proximal_mu": 0.5, "aggregator_kwargs": {"mu": 0.4}})"), HasSubstr("give one of them"));
}

TEST(session_config, is_an_object) {
  EXPECT_THAT(complaint("[]"), HasSubstr("must be a JSON object"));
}

} // namespace fedloom::controller
