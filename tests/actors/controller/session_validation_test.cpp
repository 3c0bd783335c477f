#include "tests/actors/controller/session_fixture.hpp"

namespace fedloom::controller {
namespace {

using testing::HasSubstr;

/// Committed models are validated beside the rounds that follow.
class session_validation_test : public session_machine_fixture {};

TEST_F(session_validation_test, validates_beside_the_next_round_and_once_more_at_the_end) {
  running(options(2, true));
  collected();
  EXPECT_THAT(averaged(1),
              HasSubstr("counted | ->b1 plan V validate m11 [c1,c2] 10000ms | begin_sum 2.1 | store{round 2.1 "
                        "#2 Open} | ->b1 plan T train m11 [c1,c2] 10000ms"));
  EXPECT_EQ(progress(last_validation_plan, 2), "->b1 close V");
  EXPECT_EQ(partial(last_validation_plan, {"c1", "c2"}),
            "store{round 1.1 #1 Finished m1>m11} | ->b1 closed V counted | round_done 1");
  EXPECT_EQ(store->rounds_of(domain::session_id{"s"})[0].validations.size(), 2u);
  collected();
  EXPECT_THAT(averaged(2), HasSubstr("->b1 plan V validate m12"));
  EXPECT_EQ(session().status, domain::session_status::running) << "not before it is validated";
  progress(last_validation_plan, 2);
  EXPECT_EQ(partial(last_validation_plan, {"c1"}),
            "store{round 2.1 #2 Finished m11>m12} | ->b1 closed V counted | round_done 2 | store{s Finished 2 m12} | "
            "drop_sum | session_done Finished");
}

TEST_F(session_validation_test, one_that_outlasts_a_whole_round_is_closed_and_keeps_the_answers_that_are_in) {
  running(options(3, true));
  collected();
  averaged(1);
  const auto first = last_validation_plan;
  progress(first, 1, 1);
  collected();
  EXPECT_THAT(averaged(2), HasSubstr("->b1 close L"));
  EXPECT_EQ(last_plan.model, model_number(12)) << "the next round does not wait for it";
  EXPECT_THAT(partial(first, {"c1"}), HasSubstr("store{round 1.1 #1 Finished m1>m11} | ->b1 closed"));
  EXPECT_EQ(store->rounds_of(domain::session_id{"s"})[0].validations.size(), 1u);
}

TEST_F(session_validation_test, nobody_weighs_more_in_the_means_than_it_had_declared) {
  running(options(1, true));
  collected();
  averaged(1);
  auto what = partial_of(last_validation_plan.lease.value(), {"c1", "c2"});
  what.sum_bytes = 0;
  what.contributions[0].example_count = 11; // it had declared 10
  from("b1", what);
  const auto record = store->rounds_of(domain::session_id{"s"})[0];
  ASSERT_EQ(record.validations.size(), 1u);
  EXPECT_EQ(record.validations[0].client.value(), "c2");
  ASSERT_EQ(record.validation_failures.size(), 1u);
  EXPECT_EQ(record.validation_failures[0].reason.code, domain::errc::bad_weight);
}

TEST_F(session_validation_test, rounds_are_told_in_their_order) {
  running(options(3, true));
  collected();
  averaged(1);
  const auto first = last_validation_plan;
  collected();
  averaged(2);
  EXPECT_THAT(partial(last_validation_plan, {"c1", "c2"}), testing::Not(HasSubstr("round_done")));
  EXPECT_THAT(partial(first, {}), HasSubstr("round_done 1 | round_done 2"));
}

TEST_F(session_validation_test, a_combiner_that_hands_nothing_in_does_not_pile_them_up) {
  running(options(10, true));
  std::string told;
  for (std::uint32_t round = 1; round <= validations_most + 1; ++round) {
    collected();
    told = averaged(round);
  }
  EXPECT_THAT(told, HasSubstr("round_done 1 |"));
  EXPECT_THAT(told, testing::Not(HasSubstr("round_done 2")));
}

TEST_F(session_validation_test, the_session_ends_when_the_last_of_them_is_in) {
  running(options(2, true));
  collected();
  averaged(1);
  const auto first = last_validation_plan;
  collected();
  averaged(2);
  EXPECT_THAT(partial(last_validation_plan, {"c1", "c2"}), testing::Not(HasSubstr("session_done")));
  EXPECT_THAT(tick(ms{30000}),
              testing::AllOf(HasSubstr("round_done 1 | round_done 2"), HasSubstr("session_done Finished")))
      << "the first one's combiner was given up after its time to close (I-8)";
}

TEST_F(session_validation_test, without_anybody_to_validate_the_round_is_done_at_once) {
  running(options(1, true));
  collected();
  sut->client_down(domain::client_id{"c1"});
  sut->client_down(domain::client_id{"c2"});
  EXPECT_THAT(averaged(1),
              testing::EndsWith("round_done 1 | store{s Finished 1 m11} | drop_sum | session_done Finished"));
}

} // namespace
} // namespace fedloom::controller
