#include "tests/actors/controller/session_fixture.hpp"

namespace fedloom::controller {
namespace {

using testing::HasSubstr;

class session_refusals_test : public session_machine_fixture {
protected:
  static domain::error wrong(void (*change)(domain::session_options&)) {
    domain::session_options wanted;
    change(wanted);
    return validate(wanted);
  }
};

TEST_F(session_refusals_test, the_defaults_are_valid) {
  EXPECT_EQ(validate({}), domain::error{});
}

TEST_F(session_refusals_test, each_option_is_refused_with_its_name_its_value_and_what_is_allowed) {
  EXPECT_EQ(wrong([](auto& o) { o.rounds = 0; }).text, "rounds is 0; allowed: 1 to 1000000");
  EXPECT_EQ(wrong([](auto& o) { o.requested_clients = 0; }).text,
            "requested_clients is 0; allowed: -1 (all) or at least 1");
  EXPECT_EQ(wrong([](auto& o) { o.round_buffer_size = -2; }).text,
            "round_buffer_size is -2; allowed: -1 (all that were asked) or at least 1");
  EXPECT_EQ(wrong([](auto& o) { o.min_clients = 0; }).text, "min_clients is 0; allowed: at least 1");
  EXPECT_EQ(wrong([](auto& o) { o.round_timeout = ms{99}; }).text, "round_timeout is 99 ms; allowed: 0.1 s to 7 days");
  EXPECT_EQ(wrong([](auto& o) { o.round_attempts = 11; }).text, "round_attempts is 11; allowed: 1 to 10");
  EXPECT_EQ(wrong([](auto& o) { o.server_learning_rate = 0; }).text,
            "server_learning_rate is 0.000000; allowed: above 0 and at most 1");
  EXPECT_EQ(wrong([](auto& o) { o.over_selection = 10.5, o.requested_clients = 2; }).text,
            "over_selection is 10.500000; allowed: 0 to 10");
  EXPECT_EQ(wrong([](auto& o) { o.over_selection = 0.5; }).text,
            "over_selection is 0.500000; allowed: 0 while requested_clients is -1, for all are asked anyway");
  EXPECT_THAT(wrong([](auto& o) { o.late_updates = domain::late_rule::buffered; }).text,
              HasSubstr("round_buffer_size is -1; allowed: at least 1"));
  EXPECT_EQ(wrong([](auto& o) { o.max_staleness = 0; }).text, "max_staleness is 0; allowed: 1 to 100");
  EXPECT_EQ(wrong([](auto& o) { o.staleness_exponent = -1; }).text,
            "staleness_exponent is -1.000000; allowed: 0 to 10");
  EXPECT_EQ(wrong([](auto& o) { o.server_learning_rate = std::numeric_limits<double>::quiet_NaN(); }).code,
            domain::errc::malformed);
}

TEST_F(session_refusals_test, options_of_optimizer_selection_and_early_stop_are_refused_alike) {
  using domain::optimizer_rule;
  EXPECT_THAT(wrong([](auto& o) { o.optimizer.rule = optimizer_rule::adam, o.optimizer.beta1 = 1; }).text,
              HasSubstr("beta1"));
  EXPECT_THAT(wrong([](auto& o) { o.optimizer.rule = optimizer_rule::yogi, o.optimizer.tau = 0; }).text,
              HasSubstr("tau"));
  EXPECT_THAT(wrong([](auto& o) { o.optimizer.rule = optimizer_rule::momentum, o.server_learning_rate = 1001; }).text,
              HasSubstr("learning_rate"));
  EXPECT_EQ(wrong([](auto& o) { o.optimizer.rule = optimizer_rule::momentum, o.server_learning_rate = 10; }).text, "");
  EXPECT_EQ(wrong([](auto& o) { o.optimizer.rule = optimizer_rule::adagrad, o.optimizer.tau = 5000; }).code,
            domain::errc::malformed);
  EXPECT_THAT(wrong([](auto& o) { o.proximal_mu = -1; }).text, HasSubstr("mu"));
  EXPECT_EQ(wrong([](auto& o) { o.selection.fraction = 0; }).text,
            "selection.fraction is 0.000000; allowed: above 0 and at most 1");
  EXPECT_THAT(wrong([](auto& o) {
                o.selection.clients = {domain::client_id{"a"}, domain::client_id{"a"}};
              }).text,
              HasSubstr("twice"));
  EXPECT_THAT(wrong([](auto& o) { o.selection.clients = {domain::client_id{"a"}}, o.min_clients = 2; }).text,
              HasSubstr("no round could reach it"));
  EXPECT_EQ(wrong([](auto& o) { o.stop_early.window = 1; }).text,
            "early_stop.window is 1; allowed: 0 (never) or 2 to 1000 rounds");
  EXPECT_THAT(wrong([](auto& o) { o.stop_early.threshold = 0; }).text, HasSubstr("early_stop.threshold"));
  EXPECT_THAT(wrong([](auto& o) { o.stop_early.metric = ""; }).text, HasSubstr("early_stop.metric"));
  EXPECT_THAT(wrong([](auto& o) { o.stop_early.target = 0.5, o.validate = false; }).text,
              HasSubstr("with validate only"));
  EXPECT_THAT(wrong([](auto& o) { o.client_settings = "[1]"; }).text, HasSubstr("a JSON object"));
  EXPECT_THAT(wrong([](auto& o) { o.client_settings = "{" + std::string(5000, ' ') + "}"; }).text,
              HasSubstr("at most 4056 bytes"));
}

TEST_F(session_refusals_test, a_quorum_that_no_round_could_reach_is_refused) {
  EXPECT_THAT(wrong([](auto& o) { o.min_clients = 3, o.requested_clients = 2; }).text,
              HasSubstr("no round could reach it"));
  EXPECT_THAT(wrong([](auto& o) { o.min_clients = 3, o.round_buffer_size = 2; }).text,
              HasSubstr("no round could reach it"));
}

TEST_F(session_refusals_test, creation_needs_valid_options_a_seed_and_a_new_id) {
  EXPECT_EQ(create("s", options(0)), "reply 1 malformed");
  domain::session_record record;
  EXPECT_EQ(done(sut->create(moment(), 1, record, false)), "reply 1 not_found");
  create("s", options(1));
  EXPECT_EQ(create("s", options(1)), "reply 1 already_exists");
}

TEST_F(session_refusals_test, there_are_no_more_sessions_than_the_bound) {
  limits.sessions = 1;
  begin_anew(domain::term{1});
  create("s", options(1));
  EXPECT_EQ(create("z", options(1)), "reply 1 busy");
}

TEST_F(session_refusals_test, there_are_no_more_queued_sessions_than_the_bound) {
  limits.queued = 1;
  begin_anew(domain::term{1});
  for (const auto* name : {"s", "y", "z"}) {
    create(name, options(1));
  }
  begin("s");
  EXPECT_THAT(begin("y"), HasSubstr("reply 2 Queued"));
  EXPECT_EQ(begin("z"), "reply 2 busy");
}

TEST_F(session_refusals_test, a_session_begins_only_once_and_only_if_it_exists) {
  EXPECT_EQ(begin("s"), "reply 2 not_found");
  running(options(1));
  EXPECT_EQ(begin("s"), "reply 2 wrong_state");
  stop("s");
  EXPECT_EQ(begin("s"), "reply 2 wrong_state");
}

TEST_F(session_refusals_test, the_number_of_rounds_may_be_changed_at_the_start_within_bounds) {
  create("s", options(1));
  EXPECT_EQ(done(sut->begin(moment(), 2, domain::session_id{"s"}, {.rounds = 0})), "reply 2 malformed");
  EXPECT_THAT(done(sut->begin(moment(), 2, domain::session_id{"s"}, {.rounds = 7})), HasSubstr("reply 2 Started"));
  EXPECT_EQ(session().options.rounds, 7u);
}

TEST_F(session_refusals_test, what_a_start_says_otherwise_changes_the_session_within_bounds) {
  create("s", options(1));
  const std::vector<domain::client_id> twice{domain::client_id{"a"}, domain::client_id{"a"}};
  const std::vector<domain::client_id> three{domain::client_id{"a"}, domain::client_id{"b"}, domain::client_id{"c"}};
  const auto start = [&](const start_terms& terms) {
    return done(sut->begin(moment(), 2, domain::session_id{"s"}, terms));
  };
  EXPECT_EQ(start({.round_timeout = std::chrono::milliseconds{1}}), "reply 2 malformed");
  EXPECT_EQ(start({.clients = twice}), "reply 2 malformed");
  EXPECT_EQ(session().options, options(1));
  EXPECT_THAT(start({.round_timeout = std::chrono::seconds{9}, .model_name_prefix = "p", .clients = three}),
              HasSubstr("reply 2 Started"));
  EXPECT_EQ(session().options.round_timeout, std::chrono::seconds{9});
  EXPECT_EQ(session().options.model_name_prefix, "p");
  EXPECT_EQ(session().options.selection.clients, three);
}

TEST_F(session_refusals_test, a_start_that_policy_denies_changes_nothing) {
  create("s", options(1));
  policy.denied = domain::gate_kind::session_start;
  EXPECT_EQ(begin("s"), "reply 2 denied");
  EXPECT_EQ(session().status, domain::session_status::created);
}

TEST_F(session_refusals_test, stop_needs_a_session_that_has_not_ended) {
  EXPECT_EQ(stop("s"), "reply 3 not_found");
  create("s", options(1));
  EXPECT_EQ(stop("s"), "store{s Terminated 0 m1} | session_done Terminated cancelled | reply 3 Terminated");
  EXPECT_EQ(stop("s"), "reply 3 wrong_state");
}

} // namespace
} // namespace fedloom::controller
