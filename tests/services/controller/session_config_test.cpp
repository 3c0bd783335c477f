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
  all.validate = false;
  all.weights = domain::weighting::uniform;
  all.server_learning_rate = 0.5;
  all.model_name_prefix = "mnist";
  all.over_selection = 0.25;
  all.late_updates = domain::late_rule::buffered;
  all.max_staleness = 5;
  all.staleness_exponent = 1;
  EXPECT_EQ(read(R"({"rounds": 7, "requested_clients": 20, "round_buffer_size": 15, "min_clients": 10,
                     "round_timeout": 2.5, "round_attempts": 3, "validate": false, "weighting": "uniform",
                     "server_learning_rate": 0.5, "model_name_prefix": "mnist", "over_selection": 0.25,
                     "late_updates": "buffered", "max_staleness": 5, "staleness_exponent": 1})")
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

TEST(session_config, refuses_what_it_would_not_do) {
  EXPECT_THAT(complaint(R"({"aggregator": "fedopt"})"), HasSubstr("\"fedavg\""));
  EXPECT_THAT(complaint(R"({"aggregator_kwargs": {"beta": 1}})"), HasSubstr("aggregator_kwargs"));
  EXPECT_THAT(complaint(R"({"helper_type": "binaryhelper"})"), HasSubstr("numpyhelper"));
  EXPECT_THAT(complaint(R"({"server_functions": "class X: pass"})"), HasSubstr("not supported"));
}

TEST(session_config, does_not_choose_between_two_names_of_one_option) {
  EXPECT_THAT(complaint(R"({"buffer_size": 3, "round_buffer_size": 4})"), HasSubstr("give one of them"));
  EXPECT_EQ(complaint(R"({"buffer_size": 3, "round_buffer_size": 3})"), "taken");
}

TEST(session_config, is_an_object) {
  EXPECT_THAT(complaint("[]"), HasSubstr("must be a JSON object"));
}

} // namespace fedloom::controller
