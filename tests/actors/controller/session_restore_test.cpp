#include "tests/actors/controller/session_fixture.hpp"

namespace fedloom::controller {
namespace {

using testing::HasSubstr;

/// The controller dies in each stage; its next life reads the store (I-4).
class session_restore_test : public session_machine_fixture {
protected:
  std::string restarted() {
    begin_anew(domain::term{++term});
    return done(sut->start(moment()));
  }
  std::uint64_t term = 1;
};

TEST_F(session_restore_test, with_nothing_in_the_store_nothing_happens) {
  EXPECT_EQ(restarted(), "");
}

TEST_F(session_restore_test, a_created_session_still_waits_for_its_start) {
  create("s", options(1));
  EXPECT_EQ(restarted(), "");
  EXPECT_THAT(begin("s"), HasSubstr("store{s Started 0 m1}"));
}

TEST_F(session_restore_test, queued_sessions_keep_their_places) {
  running(options(1));
  create("z", options(1));
  begin("z");
  EXPECT_EQ(restarted(), "load m1");
  EXPECT_THAT(stop("s"), HasSubstr("store{z Started 0 m1}"));
}

TEST_F(session_restore_test, while_loading_or_gathering_it_begins_the_same_round) {
  create("s", options(1));
  begin("s");
  EXPECT_EQ(restarted(), "load m1");
  fleet();
  EXPECT_EQ(loaded(1), "begin_sum 1.1 | store{round 1.1 #1 Open} | ->b1 plan T train m1 [c1,c2] 10000ms");
}

TEST_F(session_restore_test, while_collecting_it_adopts_the_parts_under_their_leases) {
  running(options(1));
  const auto lease = last_plan.lease;
  EXPECT_EQ(restarted(), "load m1");
  fleet();
  EXPECT_EQ(loaded(1), "begin_sum 1.1 | ->b1 plan T train m1 [c1,c2] 10000ms");
  EXPECT_EQ(last_plan.lease, lease);
  EXPECT_EQ(collected(), "average 1.1");
  EXPECT_THAT(averaged(1), HasSubstr("round 1.1 #1 Finished m1>m11"));
}

TEST_F(session_restore_test, parts_that_are_reported_before_the_model_is_loaded_are_not_thrown_away) {
  running(options(1));
  restarted();
  fleet();
  EXPECT_EQ(progress(last_plan, 2), "") << "round_closed would make the combiner drop them";
  EXPECT_EQ(partial(last_plan, {"c1", "c2"}), "");
  EXPECT_THAT(loaded(1), HasSubstr("->b1 plan T"));
  EXPECT_EQ(collected(), "average 1.1");
}

TEST_F(session_restore_test, a_combiner_that_does_not_come_back_is_fenced_after_its_absence) {
  running(options(1));
  restarted();
  EXPECT_EQ(loaded(1), "begin_sum 1.1");
  EXPECT_EQ(sut->next_wake(), at(ms{3000}));
  tick(ms{3000});
  EXPECT_EQ(partial(last_plan, {"c1", "c2"}), "->b1 closed T not_needed");
}

TEST_F(session_restore_test, while_averaging_it_collects_the_same_attempt_again) {
  running(options(1));
  collected();
  restarted();
  fleet();
  EXPECT_EQ(loaded(1), "begin_sum 1.1 | ->b1 plan T train m1 [c1,c2] 10000ms");
}

TEST_F(session_restore_test, between_two_rounds_it_opens_the_next_one) {
  running(options(2));
  collected();
  averaged(1);
  auto records = store->rounds();
  auto only_first = storage::make_memory_round_store();
  EXPECT_TRUE(only_first->write({.sessions = store->sessions(), .rounds = {records[0]}}));
  store = std::move(only_first); // the second round's record was not written any more
  EXPECT_EQ(restarted(), "load m11");
  fleet();
  EXPECT_THAT(loaded(11), HasSubstr("store{round 2.1 #2 Open}"));
}

TEST_F(session_restore_test, after_a_failed_attempt_it_goes_on_with_the_next_one_and_its_exponents) {
  running(options(1));
  progress(last_plan, 1);
  auto part = partial_of(last_plan.lease.value(), {});
  part.failures = {{domain::client_id{"c2"}, {domain::errc::out_of_range, ""}, 2}};
  from("b1", part);
  auto only_first = storage::make_memory_round_store();
  EXPECT_TRUE(only_first->write({.sessions = store->sessions(), .rounds = {store->rounds()[0]}}));
  store = std::move(only_first); // the second attempt's record was not written any more
  restarted();
  fleet();
  EXPECT_THAT(loaded(1), HasSubstr("store{round 1.2 #2 Open}"));
  EXPECT_EQ(last_plan.scales.exponents, (std::vector<std::int32_t>{2, 3}));
}

TEST_F(session_restore_test, while_the_last_round_is_validated_it_ends_and_opens_no_further_round) {
  running(options(1, true));
  collected();
  averaged(1);
  EXPECT_EQ(restarted(), "load m11");
  fleet();
  EXPECT_EQ(loaded(11), "store{s Finished 1 m11} | drop_sum | session_done Finished");
}

TEST_F(session_restore_test, a_session_that_is_stopped_while_it_loads_leaves_no_open_round_behind) {
  running(options(1));
  create("z", options(1));
  begin("z");
  restarted();
  EXPECT_THAT(stop("s"), testing::StartsWith("store{round 1.1 #1 Terminated, s Terminated 0 m1}"));
  fleet();
  EXPECT_THAT(loaded(1), HasSubstr("begin_sum 1.1 | store{round 1.1 #2 Open}")) << "z's own round, from the same seed";
}

TEST_F(session_restore_test, leases_of_committed_rounds_are_still_known_as_counted) {
  running(options(1));
  const auto lease = last_plan;
  collected();
  averaged(1);
  restarted();
  EXPECT_THAT(partial(lease, {"c1", "c2"}), HasSubstr("T counted"));
}

TEST_F(session_restore_test, no_lease_is_given_twice_even_if_it_stands_in_no_record) {
  running(options(3, true));
  collected();
  averaged(1); // opens a validation, whose lease is not stored
  const auto validation = last_validation_plan.lease;
  const auto open = last_plan.lease;
  begin_anew(domain::term{1}); // the actor restarts within one term
  done(sut->start(moment()));
  fleet();
  loaded(11);
  collected();
  averaged(2);
  EXPECT_GT(last_plan.lease.value(), std::max(validation, open).value() + 1);
  EXPECT_NE(last_validation_plan.lease, validation);
}

} // namespace
} // namespace fedloom::controller
