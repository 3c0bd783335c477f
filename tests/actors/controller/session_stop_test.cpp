#include "tests/actors/controller/session_fixture.hpp"

namespace fedloom::controller {
namespace {

using domain::session_status;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// Sessions that end early, and their best models.
class session_stop_test : public session_machine_fixture {
protected:
  static domain::session_options until(double target, std::uint32_t rounds = 9) {
    auto wanted = options(rounds, true);
    wanted.stop_early.target = target;
    return wanted;
  }
  /// What both clients say of the model that is validated.
  std::string judge(const domain::round_plan& plan, double accuracy) {
    auto what = partial_of(plan.lease.value(), {"c1", "c2"});
    what.sum_bytes = 0;
    for (auto& one : what.contributions) {
      one.metrics = {{"accuracy", accuracy}};
    }
    progress(plan, 2);
    return from("b1", what);
  }
  std::string round(std::uint32_t number) {
    collected();
    return averaged(number);
  }
};

TEST_F(session_stop_test, a_session_that_has_reached_its_target_is_finished_and_says_so) {
  running(until(0.9));
  round(1);
  judge(last_validation_plan, 0.8);
  EXPECT_EQ(session().status, session_status::running);
  round(2);
  EXPECT_THAT(judge(last_validation_plan, 0.95), AllOf(HasSubstr("round_done 2"), HasSubstr("closed T not_needed"),
                                                       testing::EndsWith("session_done Finished")))
      << "the round that was open is given up";
  EXPECT_EQ(session().status, session_status::finished);
  EXPECT_EQ(session().reason.text, "accuracy is 0.95 in round 2: its target 0.9 is reached");
  EXPECT_EQ(session().reason.code, domain::errc::none);
  EXPECT_EQ(session().rounds_committed, 2u);
  EXPECT_EQ(last_round().status, domain::round_status::abandoned);
  EXPECT_EQ(sut->next_wake(), std::nullopt);
}

TEST_F(session_stop_test, a_session_that_has_converged_is_finished) {
  auto wanted = options(9, true);
  wanted.stop_early.window = 2;
  wanted.stop_early.threshold = 0.05;
  running(wanted);
  round(1);
  judge(last_validation_plan, 0.5);
  round(2);
  EXPECT_THAT(judge(last_validation_plan, 0.51), HasSubstr("session_done Finished"));
  EXPECT_THAT(session().reason.text, HasSubstr("has converged"));
}

TEST_F(session_stop_test, a_round_that_is_being_committed_is_the_last) {
  running(until(0.9));
  round(1);
  const auto first = last_validation_plan;
  collected();
  EXPECT_THAT(judge(first, 0.95), Not(HasSubstr("session_done")));
  const auto told = averaged(2);
  EXPECT_THAT(told, AllOf(HasSubstr("closed T counted"), HasSubstr("round_done 2"),
                          testing::EndsWith("session_done Finished"), Not(HasSubstr("begin_sum"))));
  EXPECT_EQ(session().rounds_committed, 2u);
  EXPECT_EQ(session().status, session_status::finished);
}

TEST_F(session_stop_test, a_round_that_cannot_be_averaged_then_is_not_tried_again) {
  running(until(0.9));
  round(1);
  const auto first = last_validation_plan;
  collected();
  judge(first, 0.95);
  done(sut->averaged(moment(), {domain::session_id{"s"}, 2, 1}, domain::failure(domain::errc::not_finite, "")));
  EXPECT_EQ(session().status, session_status::finished);
  EXPECT_EQ(last_round().status, domain::round_status::abandoned);
}

TEST_F(session_stop_test, answers_that_come_with_the_next_commit_end_it_there) {
  running(until(0.9));
  round(1);
  const auto first = last_validation_plan;
  progress(first, 1, 1);
  collected();
  averaged(2); // closes the first validation
  auto what = partial_of(first.lease.value(), {"c1"});
  what.sum_bytes = 0;
  what.contributions[0].metrics = {{"accuracy", 1}};
  EXPECT_THAT(from("b1", what), testing::EndsWith("session_done Finished"));
}

TEST_F(session_stop_test, the_best_model_is_remembered_with_its_round) {
  running(options(3, true));
  EXPECT_EQ(session().best, std::nullopt);
  const double accuracies[] = {0.5, 0.8, 0.7};
  for (std::uint32_t number = 1; number <= 3; ++number) {
    round(number);
    judge(last_validation_plan, accuracies[number - 1]);
  }
  EXPECT_EQ(session().status, session_status::finished);
  EXPECT_EQ(session().best, (domain::best_model{model_number(12), 2, 0.8}));
}

TEST_F(session_stop_test, another_life_remembers_the_course) {
  auto wanted = options(9, true);
  wanted.stop_early.window = 2;
  wanted.stop_early.threshold = 0.05;
  running(wanted);
  round(1);
  judge(last_validation_plan, 0.5);
  begin_anew(domain::term{2});
  done(sut->start(moment()));
  fleet();
  loaded(11);
  round(2);
  EXPECT_THAT(judge(last_validation_plan, 0.51), HasSubstr("session_done Finished"));
}

TEST_F(session_stop_test, the_next_session_runs_then) {
  running(until(0.9));
  create("z", options(1));
  begin("z");
  round(1);
  EXPECT_THAT(judge(last_validation_plan, 0.95), testing::EndsWith("store{z Started 0 m1} | load m1"));
}

} // namespace
} // namespace fedloom::controller
