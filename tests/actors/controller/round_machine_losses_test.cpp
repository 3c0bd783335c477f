#include "tests/actors/controller/round_fixture.hpp"

namespace fedloom::controller {
namespace {

class round_machine_losses_test : public round_machine_fixture {
protected:
  std::string comes(const std::string& client, const std::string& combiner) {
    return render(sut->client_up(now, client_at(client, combiner)));
  }
};

TEST_F(round_machine_losses_test, a_combiner_that_is_back_in_time_is_sent_its_plan_again) {
  open_at_two();
  down("b1");
  now = at(ms{2000});
  EXPECT_EQ(up("b1"), "->b1 plan L1 train m1 [c1,c2] 8000ms");
  EXPECT_EQ(tick(ms{5000}), "");
  EXPECT_EQ(sut->parts().size(), 2u);
}

TEST_F(round_machine_losses_test, a_combiner_that_is_back_while_closing_is_told_to_close_too) {
  open_at_two();
  tick(ms{10000});
  down("b1");
  now = at(ms{11000});
  EXPECT_EQ(up("b1"), "->b1 plan L1 train m1 [c1,c2] 1ms | ->b1 close L1");
}

TEST_F(round_machine_losses_test, a_combiner_that_begins_anew_while_closing_collects_again_if_there_is_time) {
  open_at_two();
  progress("b1", 1, 2, 0);
  EXPECT_EQ(progress("b2", 2, 1, 0), "->b1 close L1 | ->b2 close L2");
  down("b1");
  now = at(ms{2000});
  EXPECT_EQ(up("b1"), "->b1 plan L1 train m1 [c1,c2] 8000ms") << "without close: its clients keep what they sent (I-5)";
  partial("b2", 2, {"c3"});
  EXPECT_EQ(merged(2), "");
  EXPECT_EQ(progress("b1", 1, 0, 2), "");
  EXPECT_EQ(progress("b1", 1, 2, 0), "->b1 close L1");
}

TEST_F(round_machine_losses_test, what_a_combiner_said_before_it_was_away_does_not_close_the_round) {
  open_at_two();
  progress("b1", 1, 2, 0);
  down("b1");
  up("b1");
  EXPECT_EQ(progress("b2", 2, 1, 0), "") << "b1 may have begun anew";
  EXPECT_EQ(progress("b1", 1, 2, 0), "->b1 close L1 | ->b2 close L2");
}

TEST_F(round_machine_losses_test, the_clients_of_a_part_that_is_fenced_while_closing_are_placed_anew_if_there_is_time) {
  open_at_two();
  progress("b1", 1, 2, 0);
  progress("b2", 2, 1, 0);
  down("b1");
  partial("b2", 2, {"c3"});
  merged(2);
  EXPECT_EQ(tick(ms{3000}), "");
  comes("c1", "b2");
  comes("c2", "b2");
  EXPECT_EQ(tick(ms{3200}), "parts_changed | ->b2 plan L3 train m1 [c1,c2] 6800ms");
  EXPECT_EQ(progress("b2", 3, 2, 0), "->b2 close L3");
}

TEST_F(round_machine_losses_test, who_was_missing_when_the_controller_died_is_still_waited_for) {
  open_at_two();
  down("b1");
  tick(ms{3000});
  comes("c1", "b2");
  tick(ms{3200});
  const auto parts = sut->parts();
  const auto missing = sut->missing();
  open({});
  sut->adopt(now, parts, missing);
  comes("c2", "b2");
  EXPECT_EQ(tick(ms{3400}), "parts_changed | ->b2 plan L4 train m1 [c2] 9800ms");
}

TEST_F(round_machine_losses_test, who_was_missing_when_the_controller_died_and_stays_away_has_failed) {
  open_at_two();
  down("b1");
  tick(ms{3000});
  comes("c1", "b2");
  tick(ms{3200});
  const auto parts = sut->parts();
  const auto missing = sut->missing();
  open({});
  sut->adopt(now, parts, missing);
  tick(ms{9200});
  EXPECT_EQ(failed(), "c2:combiner_lost") << "I-6: whoever was asked is listed";
}

TEST_F(round_machine_losses_test, the_clients_of_a_fenced_part_are_placed_anew_in_disjoint_parts) {
  open_at_two();
  down("b1");
  EXPECT_EQ(sut->next_wake(), at(ms{3000}));
  EXPECT_EQ(tick(ms{3000}), "");
  EXPECT_EQ(comes("c1", "b2"), "");
  EXPECT_EQ(comes("c3", "b2"), "") << "its part is well";
  EXPECT_EQ(sut->next_wake(), at(ms{3200}));
  EXPECT_EQ(tick(ms{3100}), "");
  EXPECT_EQ(comes("c2", "b3"), "");
  EXPECT_EQ(tick(ms{3200}), "parts_changed | ->b2 plan L3 train m1 [c1] 6800ms | ->b3 plan L4 train m1 [c2] 6800ms");
  EXPECT_EQ(sut->parts().size(), 3u) << "the fenced one is not among them";
}

TEST_F(round_machine_losses_test, clients_that_were_elsewhere_before_their_combiner_was_given_up_are_placed_anew_too) {
  open_at_two();
  EXPECT_EQ(comes("c1", "b2"), "") << "it noticed before we did";
  down("b1");
  EXPECT_EQ(comes("c2", "b2"), "") << "its combiner may still come back";
  EXPECT_EQ(tick(ms{3000}), "");
  EXPECT_EQ(tick(ms{3200}), "parts_changed | ->b2 plan L3 train m1 [c1,c2] 6800ms");
}

TEST_F(round_machine_losses_test, the_late_partial_of_a_fenced_lease_is_refused) {
  open_at_two();
  down("b1");
  tick(ms{3000});
  EXPECT_EQ(up("b1"), "->b1 closed L1 not_needed");
  EXPECT_EQ(partial("b1", 1, {"c1", "c2"}), "->b1 closed L1 not_needed");
  EXPECT_EQ(progress("b1", 1, 2, 0), "");
  progress("b2", 2, 1, 0);
  tick(ms{10000});
  partial("b2", 2, {"c3"});
  EXPECT_EQ(merged(2), "settled");
  EXPECT_EQ(contributors(), "c3") << "I-1";
}

TEST_F(round_machine_losses_test, clients_that_do_not_come_back_in_time_have_failed) {
  open({client_at("c1", "b1"), client_at("c3", "b2")});
  progress("b2", 2, 1, 0);
  down("b1");
  EXPECT_EQ(tick(ms{3000}), "");
  EXPECT_EQ(sut->next_wake(), at(ms{9000}));
  EXPECT_EQ(tick(ms{9000}), "->b2 close L2");
  EXPECT_EQ(failed(), "c1:combiner_lost");
}

TEST_F(round_machine_losses_test, who_came_back_to_a_combiner_that_is_lost_in_turn_comes_back_once_more) {
  open({client_at("c1", "b1"), client_at("c3", "b2")});
  down("b1");
  tick(ms{3000});
  comes("c1", "b3");
  down("b3");
  EXPECT_EQ(tick(ms{3200}), "") << "no part for a combiner that is gone";
  comes("c1", "b2");
  EXPECT_EQ(tick(ms{3400}), "parts_changed | ->b2 plan L3 train m1 [c1] 6600ms");
}

TEST_F(round_machine_losses_test, a_part_that_had_arrived_whole_stays_though_its_combiner_is_lost) {
  open_at_two();
  progress("b1", 1, 2, 0);
  progress("b2", 2, 1, 0);
  partial("b1", 1, {"c1", "c2"});
  merged(1);
  down("b1");
  EXPECT_EQ(tick(ms{5000}), "");
  partial("b2", 2, {"c3"});
  EXPECT_EQ(merged(2), "settled");
  EXPECT_EQ(contributors(), "c1 c2 c3");
}

TEST_F(round_machine_losses_test, a_sum_on_its_way_goes_on_when_its_combiner_is_back) {
  open({client_at("c1", "b1")});
  progress("b1", 1, 1, 0);
  partial("b1", 1, {"c1"});
  down("b1");
  now = at(ms{1000});
  EXPECT_EQ(up("b1"), "->b1 plan L1 train m1 [c1] 9000ms | fetch L1 again");
  EXPECT_EQ(tick(ms{4000}), "");
}

TEST_F(round_machine_losses_test, merging_is_called_off_exactly_once) {
  open({client_at("c1", "b1")});
  progress("b1", 1, 1, 0);
  partial("b1", 1, {"c1"});
  down("b1");
  EXPECT_EQ(tick(ms{3000}), "abandon L1");
  EXPECT_EQ(tick(ms{4000}), "");
  EXPECT_EQ(sut->next_wake(), std::nullopt) << "the answer is on its way";
  EXPECT_EQ(merge_failed(1), "") << "c1 may offer again elsewhere (I-5)";
  EXPECT_EQ(tick(ms{10000}), "settled");
  EXPECT_EQ(contributors(), "");
  EXPECT_EQ(failed(), "c1:combiner_lost");
}

TEST_F(round_machine_losses_test, a_sum_that_was_called_off_is_not_fetched_again) {
  open({client_at("c1", "b1")});
  progress("b1", 1, 1, 0);
  partial("b1", 1, {"c1"});
  down("b1");
  tick(ms{3000});
  EXPECT_EQ(up("b1"), "->b1 plan L1 train m1 [c1] 7000ms") << "or it would be merged without being listed (I-1)";
}

TEST_F(round_machine_losses_test, a_sum_that_was_merged_before_it_could_be_called_off_counts) {
  open({client_at("c1", "b1")});
  progress("b1", 1, 1, 0);
  partial("b1", 1, {"c1"});
  down("b1");
  tick(ms{3000});
  EXPECT_EQ(merged(1), "settled");
  EXPECT_EQ(contributors(), "c1");
}

TEST_F(round_machine_losses_test, a_combiner_that_lost_its_part_while_it_was_merged_collects_again) {
  open_at_two();
  progress("b1", 1, 2, 0);
  progress("b2", 2, 1, 0);
  partial("b2", 2, {"c3"});
  merged(2);
  partial("b1", 1, {"c1", "c2"});
  down("b1");
  up("b1");
  EXPECT_EQ(progress("b1", 1, 0, 2), "abandon L1") << "it has begun anew";
  EXPECT_EQ(merge_failed(1), "");
  EXPECT_EQ(progress("b1", 1, 2, 0), "->b1 close L1");
  EXPECT_EQ(partial("b1", 1, {"c1", "c2"}), "fetch L1");
  EXPECT_EQ(merged(1), "settled");
  EXPECT_EQ(contributors(), "c1 c2 c3");
}

TEST_F(round_machine_losses_test, a_part_that_was_merged_all_the_same_is_not_held_by_a_combiner_that_began_anew) {
  open({client_at("c1", "b1"), client_at("c2", "b1")}, 1);
  progress("b1", 1, 1, 1);
  partial("b1", 1, {"c1"});
  progress("b1", 1, 0, 2);
  EXPECT_EQ(merged(1), "settled") << "it could not be called off any more";
  EXPECT_EQ(contributors(), "c1");
  EXPECT_TRUE(sut->is_taken(domain::lease_id{1}));
  EXPECT_FALSE(sut->is_held(domain::lease_id{1})) << "or c2 would be told that it counted";
}

TEST_F(round_machine_losses_test, a_combiner_that_begins_a_part_anew_after_it_was_taken_does_not_hold_it) {
  open_at_two();
  progress("b1", 1, 1, 0);
  progress("b2", 2, 1, 0);
  partial("b1", 1, {"c1"});
  up("b1"); // is asked for its part again, in case that it has lost it
  merged(1);
  EXPECT_EQ(progress("b1", 1, 1, 1), "");
  EXPECT_TRUE(sut->is_taken(domain::lease_id{1}));
  EXPECT_FALSE(sut->is_held(domain::lease_id{1}));
}

TEST_F(round_machine_losses_test, a_combiner_that_restarts_after_its_part_was_taken_still_knows_whom_it_had) {
  open_at_two();
  progress("b1", 1, 1, 0);
  progress("b2", 2, 1, 0);
  partial("b1", 1, {"c1"});
  merged(1);
  down("b1");
  EXPECT_EQ(up("b1"), "") << "nothing is asked of it";
  EXPECT_EQ(progress("b1", 1, 0, 2), "") << "what it says of a part that its journal has";
  EXPECT_TRUE(sut->is_held(domain::lease_id{1})) << "or c1 would be told that it did not count";
}

TEST_F(round_machine_losses_test, what_is_in_already_counts_towards_k_when_a_part_is_collected_again) {
  open({client_at("c1", "b1"), client_at("c2", "b1"), client_at("c3", "b2"), client_at("c4", "b2")}, 2);
  progress("b1", 1, 1, 1);
  progress("b2", 2, 1, 1);
  partial("b2", 2, {"c3"});
  merged(2);
  partial("b1", 1, {"c1"});
  progress("b1", 1, 0, 2);
  merge_failed(1);
  EXPECT_EQ(progress("b1", 1, 1, 1), "->b1 close L1");
}

TEST_F(round_machine_losses_test, after_the_deadline_a_lost_part_is_not_collected_again) {
  open({client_at("c1", "b1")});
  tick(ms{10000});
  partial("b1", 1, {"c1"});
  progress("b1", 1, 0, 1);
  EXPECT_EQ(merge_failed(1), "settled");
  EXPECT_EQ(failed(), "c1:combiner_lost");
}

TEST_F(round_machine_losses_test, a_sum_that_does_not_come_in_time_is_called_off) {
  open({client_at("c1", "b1")});
  tick(ms{10000});
  partial("b1", 1, {"c1"});
  EXPECT_EQ(sut->next_wake(), at(ms{40000}));
  EXPECT_EQ(tick(ms{40000}), "abandon L1");
  EXPECT_EQ(merge_failed(1), "settled");
}

TEST_F(round_machine_losses_test, the_sum_of_a_part_that_was_handed_in_unasked_is_not_waited_for_without_end) {
  open({client_at("c1", "b1")}); // frozen in an earlier life of the controller
  partial("b1", 1, {"c1"});
  EXPECT_EQ(tick(ms{10000}), "");
  EXPECT_EQ(sut->next_wake(), at(ms{30000}));
  EXPECT_EQ(tick(ms{30000}), "abandon L1");
  EXPECT_EQ(merge_failed(1), "settled");
}

} // namespace
} // namespace fedloom::controller
