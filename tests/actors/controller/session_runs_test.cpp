#include "tests/actors/controller/session_fixture.hpp"

namespace fedloom::controller {
namespace {

using domain::session_status;
using testing::HasSubstr;

/// Each start of a session is a run; a finished one can be continued.
class session_runs_test : public session_machine_fixture {
protected:
  std::vector<domain::run_record> runs() const { return store->page<domain::run_record>({}); }
  std::string continued(std::optional<std::uint32_t> rounds = {}) {
    return done(sut->begin(moment(), 2, domain::session_id{"s"}, {rounds}));
  }
  void round(std::uint32_t number, std::uint32_t attempt = 1) {
    collected();
    averaged(number, attempt);
  }
  void finished_after(std::uint32_t rounds) {
    running(options(rounds));
    for (std::uint32_t number = 1; number <= rounds; ++number) {
      round(number);
    }
    ASSERT_EQ(session().status, session_status::finished);
  }
};

TEST_F(session_runs_test, a_start_is_recorded_with_the_session_and_completed_with_its_end) {
  running(options(1));
  ASSERT_EQ(runs().size(), 1u);
  const auto open = runs()[0];
  EXPECT_EQ(open.session.value(), "s");
  EXPECT_EQ(open.model, model_number(1));
  EXPECT_EQ(open.rounds, 1u);
  EXPECT_EQ(open.round_timeout, ms{10000});
  EXPECT_EQ(open.started_at, moment().date);
  EXPECT_EQ(open.completed, std::nullopt);
  EXPECT_TRUE(testing::Matches(testing::ContainsRegex(
      "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"))(open.run.value()))
      << open.run.value();
  now = ms{5000};
  round(1);
  ASSERT_EQ(runs().size(), 1u);
  EXPECT_EQ(runs()[0].run, open.run);
  EXPECT_EQ(runs()[0].completed, model_number(11));
  EXPECT_EQ(runs()[0].completed_at, moment().date);
}

TEST_F(session_runs_test, a_run_and_its_session_are_one_batch) {
  create("s", options(1));
  const auto effects = sut->begin(moment(), 2, domain::session_id{"s"}, {});
  const auto& changes = std::get<session::store>(effects.front()).changes;
  EXPECT_EQ(changes.sessions.size(), 1u);
  EXPECT_EQ(changes.runs.size(), 1u);
}

TEST_F(session_runs_test, a_pause_does_not_end_a_run_and_a_stop_does) {
  running(options(2));
  pause("s");
  EXPECT_EQ(runs()[0].completed, std::nullopt);
  resume("s");
  EXPECT_EQ(runs().size(), 1u);
  stop("s");
  EXPECT_EQ(runs()[0].completed, model_number(1));
}

TEST_F(session_runs_test, a_queued_session_that_is_stopped_has_completed_its_run_too) {
  running(options(2));
  create("z", options(1));
  begin("z");
  stop("z");
  EXPECT_EQ(store->runs_of(domain::session_id{"z"})[0].completed, model_number(1));
}

TEST_F(session_runs_test, a_finished_session_goes_on_at_its_head) {
  finished_after(2);
  now = ms{5000};
  EXPECT_EQ(continued(3), "store{s Started 2 m12} | load m12 | reply 2 Started");
  EXPECT_EQ(session().options.rounds, 5u);
  loaded(12);
  EXPECT_EQ(last_round().key, (domain::round_key{domain::session_id{"s"}, 3, 1}));
  EXPECT_EQ(last_plan.model, model_number(12)) << "I-3";
  for (const std::uint32_t number : {3, 4, 5}) {
    round(number);
  }
  EXPECT_EQ(session().status, session_status::finished);
  ASSERT_EQ(runs().size(), 2u);
  EXPECT_EQ(runs()[1].rounds, 3u);
  EXPECT_EQ(runs()[1].model, model_number(12));
  EXPECT_EQ(runs()[1].completed, model_number(15));
}

TEST_F(session_runs_test, by_default_it_goes_on_for_as_many_rounds_as_the_last_time) {
  finished_after(2);
  continued(1);
  loaded(12);
  round(3);
  begin_anew(domain::term{2});
  done(sut->start(moment()));
  continued();
  EXPECT_EQ(session().options.rounds, 4u);
}

TEST_F(session_runs_test, its_optimizer_goes_on_too) {
  auto wanted = options(1);
  wanted.optimizer.rule = domain::optimizer_rule::momentum;
  running(wanted);
  collected();
  done(sut->averaged(moment(), {domain::session_id{"s"}, 1, 1},
                     head_model{model_number(11), 64, {0, 3}, model_number(101)}));
  begin_anew(domain::term{2});
  continued(1);
  fleet();
  loaded(11);
  progress(last_plan, 2);
  partial(last_plan, {"c1", "c2"});
  const auto effects = sut->sum_merged(moment(), last_plan.lease);
  EXPECT_EQ(std::get<session::average>(effects.back()).state, model_number(101));
}

TEST_F(session_runs_test, rounds_beyond_the_bound_and_none_at_all_are_refused) {
  finished_after(1);
  EXPECT_EQ(continued(0), "reply 2 malformed");
  EXPECT_EQ(continued(1'000'000), "reply 2 malformed");
  EXPECT_EQ(session().status, session_status::finished);
}

TEST_F(session_runs_test, what_failed_or_was_stopped_is_not_continued) {
  running(options(2));
  stop("s");
  EXPECT_EQ(continued(1), "reply 2 wrong_state");
}

TEST_F(session_runs_test, an_attempt_that_an_early_end_gave_up_keeps_its_number) {
  auto wanted = options(9, true);
  wanted.stop_early.target = 0.5;
  running(wanted);
  round(1);
  auto what = partial_of(last_validation_plan.lease.value(), {"c1", "c2"});
  what.sum_bytes = 0;
  what.contributions[0].metrics = {{"accuracy", 1}};
  progress(last_validation_plan, 2);
  from("b1", what);
  ASSERT_EQ(session().status, session_status::finished);
  ASSERT_EQ(last_round().key.round, 2u);
  continued(3);
  EXPECT_EQ(session().options.rounds, 4u) << "rounds beyond those that were committed";
  loaded(11);
  EXPECT_EQ(last_round().key, (domain::round_key{domain::session_id{"s"}, 2, 2}));
  begin_anew(domain::term{2});
  done(sut->start(moment()));
  EXPECT_THAT(stop("s"), HasSubstr("round 2.2"));
}

TEST_F(session_runs_test, a_continued_session_is_not_ended_by_the_course_of_its_last_run) {
  auto wanted = options(9, true);
  wanted.stop_early.target = 0.5;
  running(wanted);
  round(1);
  auto what = partial_of(last_validation_plan.lease.value(), {"c1", "c2"});
  what.sum_bytes = 0;
  what.contributions[0].metrics = {{"accuracy", 1}};
  progress(last_validation_plan, 2);
  from("b1", what);
  continued(3);
  EXPECT_THAT(loaded(11), HasSubstr("train m11"));
  begin_anew(domain::term{2});
  done(sut->start(moment()));
  loaded(11);
  EXPECT_EQ(session().status, session_status::running) << "not after a restart either";
}

} // namespace
} // namespace fedloom::controller
