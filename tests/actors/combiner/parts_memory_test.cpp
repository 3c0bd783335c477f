#include "tests/actors/combiner/parts_fixture.hpp"

#include <gmock/gmock.h>

namespace fedloom::combiner {

/// What clients hear whose round is not open here.
class parts_memory_test : public parts_fixture {
protected:
  const lines counted{"send a s/1.1: receipt counted"};
  const lines moved_on{"send a s/1.1: receipt not_needed late", "refused a late"};

  /// Round 1 under lease 5 with a and b, of which a was accepted; committed.
  void have_round_1() {
    came("a");
    came("b");
    collect(1, 5, {"a", "b"});
    accept(1, 5, "a");
    commit(5);
  }
  /// A session that carries late updates; b was late in round 1.
  void have_a_late_one() {
    came("a");
    came("b");
    auto first = plan(5, {"a", "b"});
    first.late_patience = domain::milliseconds{60000};
    planned(1, first);
    journalled(5);
    ready();
    accept(1, 5, "a");
    commit(5);
  }
  domain::round_plan carrying(std::uint64_t lease, const std::string& client, std::uint32_t from) const {
    auto one = plan(lease, {"a"});
    one.late_patience = domain::milliseconds{60000};
    one.carried = {{id(client), from, 1, test::id_of<domain::model_id>(1), 724}};
    return one;
  }
};

TEST_F(parts_memory_test, repeats_what_became_of_an_update_after_its_round_has_ended) {
  have_round_1();
  EXPECT_EQ(offers("a", 1), counted);
  EXPECT_EQ(offers("b", 1), (lines{"send b s/1.1: receipt not_needed late", "refused b late"})) << "I-9";
}

TEST_F(parts_memory_test, repeats_it_after_a_restart) {
  came("a");
  restart({{test::end_of(4, false, 0), {}},
           {domain::journalled_end{domain::lease_id{5}, key(1), true}, {test::contribution_of("a", 10)}}});
  EXPECT_EQ(offers("a", 1), counted);
}

TEST_F(parts_memory_test, knows_a_carried_update_by_its_own_key_after_a_restart) {
  auto late = test::contribution_of("a", 724);
  late.from_round = 1;
  late.from_attempt = 1;
  restart({{domain::journalled_end{domain::lease_id{9}, key(3), true}, {late}}});
  EXPECT_EQ(offers("a", 1), counted);
  EXPECT_EQ(offers("a", 3), lines{}) << "it did not answer round 3";
}

TEST_F(parts_memory_test, does_not_need_an_accepted_update_of_an_attempt_that_failed) {
  came("a");
  collect(1, 5, {"a"});
  accept(1, 5, "a");
  closing(5);
  frozen(5);
  closed(5, false);
  EXPECT_EQ(offers("a", 1), lines{"send a s/1.1: receipt not_needed late"});
}

TEST_F(parts_memory_test, counts_what_counted_under_one_lease_though_another_of_the_same_round_was_fenced) {
  came("a");
  collect(1, 5, {"a"});
  accept(1, 5, "a");
  closed(5, false);
  collect(1, 6, {"a"});
  accept(1, 6, "a");
  commit(6);
  EXPECT_EQ(offers("a", 1), counted);
}

TEST_F(parts_memory_test, forgets_the_oldest_of_many) {
  limits.ended = 2;
  came("a");
  for (std::uint64_t lease = 1; lease <= 3; ++lease) {
    collect(static_cast<std::uint32_t>(lease), lease, {"a"});
    accept(static_cast<std::uint32_t>(lease), lease, "a");
    closing(lease);
    frozen(lease);
    const auto last = closed(lease, true);
    EXPECT_EQ(std::ranges::count(last, "journal 1 forgotten"), lease == 3 ? 1 : 0);
  }
  EXPECT_EQ(offers("a", 1), moved_on) << "a later round of the session was here";
  EXPECT_EQ(offers("a", 2), lines{"send a s/2.1: receipt counted"});
}

TEST_F(parts_memory_test, does_not_need_updates_of_rounds_before_one_that_was_planned_here) {
  came("a");
  planned(3, 9, {"b"});
  EXPECT_EQ(offers("a", 1), moved_on);
  EXPECT_EQ(offers("a", 3), lines{}) << "of that round: it may be planned here under another lease";
  EXPECT_EQ(offers("a", 4), lines{});
}

TEST_F(parts_memory_test, takes_no_notice_of_validations_when_it_asks_whether_a_session_has_moved_on) {
  came("a");
  auto one = plan(9, {"b"});
  one.kind = domain::task_kind::validate;
  planned(3, one);
  EXPECT_EQ(offers("a", 1), lines{});
}

TEST_F(parts_memory_test, asks_an_unknown_client_for_its_update_when_the_plan_comes_that_wants_it) {
  came("a");
  EXPECT_EQ(offers("a", 1), lines{}) << "I-5: it keeps its update";
  EXPECT_EQ(planned(1, 5, {"a"}), (lines{"opened s/1.1", "journal 5 plan", "need model-1"}));
  journalled(5);
  EXPECT_EQ(ready().back(), "send a s/1.1: task train model-1 60000ms +64B") << "it offers again";
  told(sut().uplinked(at(now)));
  now = 100000;
  EXPECT_EQ(tick(), lines{});
}

TEST_F(parts_memory_test, turns_a_waiting_offer_down_when_a_later_plan_comes_that_does_not_want_it) {
  came("a");
  offers("a", 1);
  EXPECT_EQ(planned(2, 6, {"a"}),
            (lines{"opened s/2.1", "journal 6 plan", "send a s/1.1: receipt not_needed late", "need model-1"}));
}

TEST_F(parts_memory_test, turns_an_offer_down_when_no_plan_came_for_two_leases_with_the_controller_there) {
  came("a");
  offers("a", 1);
  now = 50000;
  EXPECT_EQ(tick(), lines{}) << "the controller is away";
  EXPECT_FALSE(sut().next_wake());
  sut().uplinked(at(now));
  now = 52000;
  offers("a", 1);
  EXPECT_EQ(sut().next_wake(), at(56000)) << "asking twice changes nothing";
  now = 55999;
  EXPECT_EQ(tick(), lines{});
  now = 56000;
  EXPECT_EQ(tick(), lines{"send a s/1.1: receipt not_needed not_found"});
  EXPECT_EQ(tick(), lines{});
}

TEST_F(parts_memory_test, waits_anew_when_the_controller_went_away_meanwhile) {
  came("a");
  sut().uplinked(at(0));
  offers("a", 1);
  sut().uplink_lost(at(now));
  now = 6000;
  EXPECT_EQ(tick(), lines{});
  sut().uplinked(at(7000));
  EXPECT_EQ(sut().next_wake(), at(13000));
}

TEST_F(parts_memory_test, forgets_the_offer_of_a_client_that_leaves) {
  came("a");
  sut().uplinked(at(0));
  offers("a", 1);
  left("a");
  EXPECT_FALSE(sut().next_wake());
}

TEST_F(parts_memory_test, bounds_how_many_offers_of_a_client_it_remembers) {
  limits.unclaimed = 1;
  came("a");
  came("b");
  sut().uplinked(at(0));
  offers("a", 1);
  offers("a", 2);
  now = 1000;
  offers("b", 1);
  now = 6000;
  EXPECT_EQ(tick(), lines{"send a s/1.1: receipt not_needed not_found"});
  EXPECT_EQ(sut().next_wake(), at(7000));
  now = 7000;
  EXPECT_EQ(tick(), lines{"send b s/1.1: receipt not_needed not_found"});
}

TEST_F(parts_memory_test, says_nothing_to_a_late_client_before_the_next_plan) {
  have_a_late_one();
  EXPECT_EQ(offers("b", 1), lines{});
}

TEST_F(parts_memory_test, takes_the_update_of_a_late_client_in_the_round_that_carries_it) {
  have_a_late_one();
  offers("b", 1);
  EXPECT_EQ(planned(2, carrying(6, "b", 1)), (lines{"opened s/2.1", "journal 6 plan", "need model-1"}));
  journalled(6);
  EXPECT_EQ(ready(), (lines{"open sum 6", "send a s/2.1: task train model-1 120000ms +64B",
                            "send b s/1.1: task train model-1 120000ms"}));
  EXPECT_EQ(offers("b", 1), lines{"fold b into 6"});
  folded(6, "b");
  EXPECT_EQ(journalled(6, "b")[1], "send b s/1.1: receipt accepted");
  commit(6);
  EXPECT_EQ(offers("b", 1), lines{"send b s/1.1: receipt counted"}) << "I-1: once";
}

TEST_F(parts_memory_test, ends_the_work_of_a_late_client_that_the_next_plan_does_not_carry) {
  have_a_late_one();
  EXPECT_EQ(planned(2, plan(6, {"a"})),
            (lines{"opened s/2.1", "journal 6 plan", "send b s/1.1: receipt not_needed late", "need model-1"}));
  EXPECT_EQ(offers("b", 1).front(), "send b s/1.1: receipt not_needed late");
}

TEST_F(parts_memory_test, ends_the_work_of_a_late_client_when_the_end_of_its_round_is_said_once_more) {
  have_a_late_one();
  EXPECT_EQ(closed(5, false), lines{"send b s/1.1: receipt not_needed late"})
      << "the session waits for nobody any more";
  EXPECT_EQ(closed(5, false), lines{});
}

/// b was lost in lease 5; its part is frozen, and it is asked again under lease 7 of the same round.
class parts_outage_test : public parts_fixture {
protected:
  void lose_one() {
    came("a");
    came("b");
    collect(1, 5, {"a", "b"});
    accept(1, 5, "a");
    left("b");
    closing(5);
    frozen(5);
    came("b");
  }
};

TEST_F(parts_outage_test, who_was_lost_is_not_told_that_it_is_not_needed_while_the_round_is_open) {
  lose_one();
  EXPECT_EQ(offers("b", 1), lines{}) << "it keeps its update (I-5)";
}

TEST_F(parts_outage_test, who_was_lost_answers_in_the_new_part_of_the_round) {
  lose_one();
  planned(1, 7, {"b"});
  journalled(7);
  EXPECT_EQ(ready().back(), "send b s/1.1: task train model-1 60000ms +64B");
  EXPECT_EQ(offers("b", 1), lines{"fold b into 7"});
}

TEST_F(parts_outage_test, who_was_lost_hears_of_the_new_part_alone_what_became_of_its_update) {
  lose_one();
  collect(1, 7, {"b"});
  accept(1, 7, "b");
  closing(7);
  frozen(7);
  EXPECT_EQ(closed(5, true)[0], "send a s/1.1: receipt counted");
  EXPECT_EQ(closed(7, true)[0], "send b s/1.1: receipt counted");
}

TEST_F(parts_outage_test, it_does_not_matter_which_of_the_parts_is_closed_first) {
  lose_one();
  collect(1, 7, {"b"});
  accept(1, 7, "b");
  commit(7);
  EXPECT_THAT(closed(5, true), ::testing::Not(::testing::Contains(::testing::HasSubstr("send b"))));
}

TEST_F(parts_outage_test, who_was_late_in_one_part_and_counted_in_another_hears_nothing_else) {
  const auto patient = [](std::uint64_t lease, const std::vector<std::string>& cohort) {
    auto one = plan(lease, cohort);
    one.late_patience = domain::milliseconds{60000};
    return one;
  };
  came("a");
  came("b");
  planned(1, patient(5, {"a", "b"}));
  journalled(5);
  ready();
  accept(1, 5, "a");
  closing(5); // when b was just back
  frozen(5);
  planned(1, patient(7, {"b"}));
  journalled(7);
  ready();
  accept(1, 7, "b");
  closing(7);
  frozen(7);
  closed(5, true);
  EXPECT_EQ(closed(7, true)[0], "send b s/1.1: receipt counted");
  EXPECT_THAT(planned(2, patient(9, {"a"})), ::testing::Not(::testing::Contains(::testing::HasSubstr("send b"))));
}

TEST_F(parts_outage_test, who_stays_without_a_new_part_is_not_needed_in_the_end) {
  lose_one();
  EXPECT_EQ(closed(5, true)[1], "send b s/1.1: receipt not_needed");
}

TEST_F(parts_outage_test, after_a_restart_the_former_part_does_not_wait_for_who_has_another) {
  restart({{domain::journalled_plan{key(1), plan(5, {"a", "b"})}, {test::contribution_of("a", 10)}}});
  came("a");
  came("b");
  planned(1, 7, {"b"});
  const auto told = planned(1, 5, {"a"});
  EXPECT_EQ(told[0], "report progress 0 accepted 0 failed 1 pending");
}

} // namespace fedloom::combiner
