#include "tests/actors/combiner/collection_fixture.hpp"

namespace fedloom::combiner {

/// The journal before and after a restart.
class collection_recovery_test : public collection_fixture {
protected:
  /// As after a restart with the answer of a in the journal; nobody is here, nothing was heard of the controller.
  void recover() {
    plan.cohort = {id("a"), id("b")};
    sut.emplace(domain::round_key{domain::session_id{"s"}, 1, 1}, plan, limits, staging, policy, at(now));
    sut->recover({{id("a"), 10, 10, {}, {}}});
  }
};

TEST_F(collection_recovery_test, asks_nobody_before_its_plan_is_on_disk) {
  plan.cohort = {id("a")};
  sut.emplace(domain::round_key{domain::session_id{"s"}, 1, 1}, plan, limits, staging, policy, at(now));
  came("a");
  EXPECT_EQ(ready(), lines{});
  EXPECT_FALSE(sut->needs_model());
  EXPECT_EQ(told(sut->plan_journalled(at(now))), lines{"send a: task train model-1 60000ms"});
}

TEST_F(collection_recovery_test, asks_nobody_before_the_model_is_here_though_its_plan_is_on_disk) {
  open({"a"});
  came("a");
  EXPECT_EQ(told(sut->plan_journalled(at(now))), lines{});
  EXPECT_EQ(ready(), lines{"send a: task train model-1 60000ms"});
}

TEST_F(collection_recovery_test, needs_no_journal_for_validations) {
  plan.kind = domain::task_kind::validate;
  plan.cohort = {id("a")};
  sut.emplace(domain::round_key{domain::session_id{"s"}, 1, 1}, plan, limits, staging, policy, at(now));
  came("a");
  EXPECT_EQ(ready(), lines{"send a: task validate model-1 60000ms"});
}

TEST_F(collection_recovery_test, is_silent_until_it_is_planned_again) {
  recover();
  EXPECT_EQ(came("a"), lines{});
  EXPECT_EQ(offers("a"), lines{});
  EXPECT_EQ(left("b"), lines{});
  EXPECT_EQ(ready(), lines{});
  now = 100000;
  EXPECT_EQ(tick(), lines{});
  EXPECT_FALSE(sut->next_wake());
  EXPECT_EQ(told(sut->told_again()), lines{"report progress 0 accepted 0 failed 2 pending"});
}

TEST_F(collection_recovery_test, begins_anew_with_the_time_that_is_left_when_it_is_planned_again) {
  recover();
  now = 20000;
  EXPECT_EQ(told(sut->planned_again(at(now), with_time(30000))),
            lines{"report progress 0 accepted 0 failed 2 pending"});
  sut->plan_journalled(at(now));
  ready();
  EXPECT_EQ(came("a"), lines{"send a: task train model-1 30000ms"}) << "it keeps its update, and offers it again";
  offers("a");
  upload("a");
  folded("a");
  EXPECT_EQ(journalled("a").back(), "report progress 1 accepted 0 failed 1 pending");
}

TEST_F(collection_recovery_test, says_counted_to_those_in_the_journal_when_its_part_was_taken_before) {
  recover();
  EXPECT_EQ(told(sut->closed(true)), (lines{"send a: receipt counted", "send b: receipt not_needed"}));
}

TEST_F(collection_recovery_test, says_counted_to_nobody_else_when_the_former_part_counts_after_all) {
  recover();
  sut->planned_again(at(now), plan);
  sut->plan_journalled(at(now));
  came("b");
  ready();
  accept("b");
  EXPECT_EQ(told(sut->closed(true)), (lines{"send a: receipt counted", "send b: receipt not_needed"}));
}

TEST_F(collection_recovery_test, waits_for_what_it_had_accepted_when_it_is_closed_before_that_is_back) { // I-5
  recover();
  sut->planned_again(at(now), plan);
  sut->plan_journalled(at(now));
  ready();
  EXPECT_EQ(close(), lines{});
  EXPECT_EQ(close(), lines{}) << "again";
  came("a");
  EXPECT_EQ(told(sut->close_if_due(at(now))), lines{});
  accept("a");
  EXPECT_EQ(told(sut->close_if_due(at(now))), lines{"freeze"});
  EXPECT_EQ(frozen(24), lines{"report partial weight 10 sum 24B, a x10, b late"});
  EXPECT_EQ(told(sut->close_if_due(at(now))), lines{}) << "once";
}

TEST_F(collection_recovery_test, waits_no_longer_when_who_is_missed_does_not_come) {
  recover();
  sut->planned_again(at(now), plan);
  close();
  now = 3000;
  tick();
  EXPECT_EQ(told(sut->close_if_due(at(now))), lines{"report partial weight 0 sum 0B, a client_lost, b client_lost"});
}

TEST_F(collection_recovery_test, waits_no_longer_than_the_second_chance_or_the_deadline) {
  recover();
  sut->planned_again(at(now), plan);
  came("a");
  came("b");
  close();
  EXPECT_EQ(sut->next_wake(), at(15000));
  now = 15000;
  EXPECT_EQ(told(sut->close_if_due(at(now))).back(), "report partial weight 0 sum 0B, a late, b late");
  now = 0;
  recover();
  sut->planned_again(at(now), with_time(1));
  came("a");
  close();
  EXPECT_EQ(sut->next_wake(), at(1));
}

TEST_F(collection_recovery_test, does_not_wait_when_the_combiner_is_about_to_end) {
  recover();
  sut->planned_again(at(now), plan);
  EXPECT_EQ(told(sut->close(at(now), collection::closing::draining)),
            lines{"report partial weight 0 sum 0B, a draining, b draining"});
}

TEST_F(collection_recovery_test, says_counted_to_who_was_accepted_anew_when_the_new_part_counts) {
  recover();
  sut->planned_again(at(now), plan);
  sut->plan_journalled(at(now));
  came("b");
  ready();
  accept("b");
  now = 60000;
  close();
  EXPECT_EQ(frozen(24), lines{"report partial weight 10 sum 24B, b x10, a late"});
  EXPECT_EQ(told(sut->closed(true)), (lines{"send a: receipt not_needed", "send b: receipt counted"}));
}

TEST_F(collection_recovery_test, renews_the_deadline_whenever_it_is_planned_again) {
  collect({"a"});
  now = 50000;
  sut->planned_again(at(now), with_time(40000));
  EXPECT_EQ(came("a"), lines{"send a: task train model-1 40000ms"});
}

} // namespace fedloom::combiner
