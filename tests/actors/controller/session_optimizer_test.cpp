#include "tests/actors/controller/session_fixture.hpp"

namespace fedloom::controller {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A session's server optimizer: its state is committed together with the head. Round r leaves state m(100 + r).
class session_optimizer_test : public session_machine_fixture {
protected:
  static domain::session_options momentum(std::uint32_t rounds) {
    auto wanted = options(rounds);
    wanted.optimizer.rule = domain::optimizer_rule::momentum;
    return wanted;
  }
  std::string stepped(std::uint32_t round, std::uint32_t attempt = 1, std::uint8_t state = 0) {
    const auto number = static_cast<std::uint8_t>(10 + round);
    const auto kept = state > 0 ? state : static_cast<std::uint8_t>(100 + round);
    return done(sut->averaged(moment(), {domain::session_id{"s"}, round, attempt},
                              head_model{model_number(number), 64, {0, 3}, model_number(kept)}));
  }
  /// The last part is merged: what the reduction is asked for then.
  session::average asked_for() {
    progress(last_plan, 2);
    partial(last_plan, {"c1", "c2"});
    const auto effects = sut->sum_merged(moment(), last_plan.lease);
    return std::get<session::average>(effects.back());
  }
};

TEST_F(session_optimizer_test, the_reduction_is_told_the_optimizer_and_its_state) {
  auto wanted = momentum(2);
  wanted.server_learning_rate = 0.5;
  running(wanted);
  const auto first = asked_for();
  EXPECT_EQ(first.how, aggregation::server_optimizer(aggregation::fedavgm{0.5, 0.9}));
  EXPECT_EQ(first.state, std::nullopt);
  stepped(1);
  EXPECT_EQ(asked_for().state, model_number(101));
}

TEST_F(session_optimizer_test, head_and_state_change_in_one_batch) {
  running(momentum(2));
  collected();
  const auto effects = sut->averaged(moment(), {domain::session_id{"s"}, 1, 1},
                                     head_model{model_number(11), 64, {0, 3}, model_number(101)});
  const auto& changes = std::get<session::store>(effects.front()).changes;
  ASSERT_EQ(changes.sessions.size(), 1u);
  EXPECT_EQ(changes.sessions[0].head, model_number(11));
  EXPECT_EQ(changes.sessions[0].optimizer_state, model_number(101)) << "I-2, I-3";
}

TEST_F(session_optimizer_test, another_attempt_starts_from_the_old_state) {
  running(momentum(3));
  collected();
  stepped(1);
  collected();
  done(sut->averaged(moment(), {domain::session_id{"s"}, 2, 1}, domain::failure(domain::errc::not_finite, "")));
  EXPECT_EQ(asked_for().state, model_number(101));
  stepped(2, 2);
  EXPECT_EQ(session().optimizer_state, model_number(102));
}

TEST_F(session_optimizer_test, another_life_goes_on_with_the_state) {
  running(momentum(2));
  collected();
  stepped(1);
  begin_anew(domain::term{2});
  done(sut->start(moment()));
  fleet();
  loaded(11);
  EXPECT_EQ(asked_for().state, model_number(101));
}

TEST_F(session_optimizer_test, the_two_newest_states_stay) {
  running(momentum(5));
  for (std::uint32_t round = 1; round <= 2; ++round) {
    collected();
    EXPECT_THAT(stepped(round), Not(HasSubstr("drop_state")));
  }
  collected();
  EXPECT_THAT(stepped(3), testing::ContainsRegex("store\\{round 3.*drop_state m101 .*round_done"))
      << "after the commit";
  collected();
  EXPECT_THAT(stepped(4), HasSubstr("drop_state m102 "));
}

TEST_F(session_optimizer_test, a_state_that_another_session_names_stays) {
  running(momentum(1));
  collected();
  stepped(1, 1, 101);
  auto wanted = momentum(5);
  create("z", wanted);
  begin("z");
  loaded(1);
  for (const std::uint32_t round : {1, 2, 3, 4}) {
    collected();
    const auto state = static_cast<std::uint8_t>(100 + round);
    const auto told = done(sut->averaged(
        moment(), {domain::session_id{"z"}, round, 1},
        head_model{model_number(static_cast<std::uint8_t>(20 + round)), 64, {0, 3}, model_number(state)}));
    EXPECT_THAT(told, Not(HasSubstr("drop_state m101")));
    EXPECT_EQ(told.find("drop_state m102") != std::string::npos, round == 4);
  }
}

TEST_F(session_optimizer_test, clients_are_told_package_and_settings) {
  domain::session_record record;
  record.session = domain::session_id{"s"};
  record.options = options(1, true);
  record.options.client_settings = R"({"lr": 0.1})";
  record.options.proximal_mu = 0.25;
  record.seed = model_number(1);
  record.package.bytes = 77;
  done(sut->create(moment(), 1, record, true));
  begin("s");
  fleet();
  loaded(1);
  EXPECT_EQ(last_plan.package.bytes, 77u);
  EXPECT_EQ(last_plan.client_settings, R"({"lr": 0.1,"mu":0.25})");
  collected();
  averaged(1);
  EXPECT_EQ(last_validation_plan.package.bytes, 77u);
  EXPECT_EQ(last_validation_plan.client_settings, last_plan.client_settings);
}

TEST_F(session_optimizer_test, settings_are_made_of_what_there_is) {
  const auto settings = [](const std::string& text, double mu) {
    domain::session_options wanted;
    wanted.client_settings = text;
    wanted.proximal_mu = mu;
    EXPECT_EQ(validate(wanted), domain::error{});
    return settings_for_clients(wanted);
  };
  EXPECT_EQ(settings("", 0), "");
  EXPECT_EQ(settings("", 0.1), R"({"mu":0.1})");
  EXPECT_EQ(settings("{ }", 1000), R"({ "mu":1000})");
  EXPECT_EQ(settings(R"({"a":1})", 0), R"({"a":1})");
  EXPECT_LE(settings("{" + std::string(domain::client_settings_bytes - 42, ' ') + "}", 1.0 / 3).size(),
            domain::client_settings_bytes);
}

} // namespace
} // namespace fedloom::controller
