#include "tests/actors/controller/round_fixture.hpp"

namespace fedloom::controller {
namespace {

/// A combiner ends on purpose in the middle of a round.
class round_machine_draining_test : public round_machine_fixture {
protected:
  std::string drains(const std::string& combiner) {
    return render(sut->combiner_draining(now, domain::combiner_id{combiner}));
  }
  std::string comes(const std::string& client, const std::string& combiner) {
    return render(sut->client_up(now, client_at(client, combiner)));
  }
  /// A part whose combiner did not wait for `left_out`.
  std::string cut_short(const std::string& from, std::uint64_t lease, const std::vector<std::string>& clients,
                        const std::vector<std::string>& left_out) {
    auto what = partial_of(lease, clients);
    for (const auto& one : left_out) {
      what.failures.push_back({domain::client_id{one}, {domain::errc::draining, ""}, 0});
    }
    return render(sut->received(now, domain::combiner_id{from}, what));
  }
};

TEST_F(round_machine_draining_test, its_part_is_closed_at_once_and_the_others_go_on) {
  open_at_two();
  EXPECT_EQ(drains("b1"), "->b1 close L1");
  EXPECT_EQ(drains("b1"), "") << "said again";
  EXPECT_EQ(cut_short("b1", 1, {"c1"}, {"c2"}), "fetch L1");
  EXPECT_EQ(merged(1), "");
  EXPECT_EQ(progress("b2", 2, 1, 0), "") << "c2 may still answer";
}

TEST_F(round_machine_draining_test, who_had_not_answered_there_answers_elsewhere_in_the_same_attempt) {
  open_at_two();
  drains("b1");
  cut_short("b1", 1, {"c1"}, {"c2"});
  merged(1);
  EXPECT_EQ(comes("c2", "b2"), "");
  EXPECT_EQ(comes("c1", "b2"), "") << "it is in already";
  EXPECT_EQ(tick(ms{200}), "parts_changed | ->b2 plan L3 train m1 [c2] 9800ms");
  progress("b2", 2, 1, 0);
  EXPECT_EQ(progress("b2", 3, 1, 0), "->b2 close L2 | ->b2 close L3");
  partial("b2", 2, {"c3"});
  partial("b2", 3, {"c2"});
  merged(2);
  EXPECT_EQ(merged(3), "settled");
  EXPECT_EQ(contributors(), "c1 c2 c3");
  EXPECT_EQ(failed(), "");
}

TEST_F(round_machine_draining_test, who_was_elsewhere_before_the_part_came_is_placed_there) {
  open_at_two();
  drains("b1");
  comes("c2", "b2");
  cut_short("b1", 1, {"c1"}, {"c2"});
  EXPECT_EQ(tick(ms{200}), "parts_changed | ->b2 plan L3 train m1 [c2] 9800ms");
}

TEST_F(round_machine_draining_test, a_declined_plan_of_a_draining_combiner_sends_its_clients_elsewhere) {
  open_at_two();
  EXPECT_EQ(render(sut->received(now, domain::combiner_id{"b1"},
                                 domain::plan_declined{domain::lease_id{1}, {domain::errc::draining, ""}})),
            "");
  comes("c1", "b2");
  comes("c2", "b2");
  EXPECT_EQ(tick(ms{200}), "parts_changed | ->b2 plan L3 train m1 [c1,c2] 9800ms");
}

TEST_F(round_machine_draining_test, nobody_is_placed_at_a_combiner_that_drains) {
  open_at_two();
  drains("b2");
  down("b1");
  tick(ms{3000});
  EXPECT_EQ(comes("c1", "b2"), "");
  EXPECT_EQ(tick(ms{3200}), "") << "no part for it";
  comes("c1", "b3");
  EXPECT_EQ(tick(ms{3400}), "parts_changed | ->b3 plan L3 train m1 [c1] 6600ms");
}

TEST_F(round_machine_draining_test, who_comes_back_where_it_cannot_stay_has_as_long_once_more) {
  open({client_at("c1", "b1"), client_at("c2", "b1"), client_at("c3", "b2")});
  down("b1");
  tick(ms{3000});
  now = at(ms{8900});
  comes("c1", "b2");
  drains("b2");      // before c1 is asked there
  comes("c2", "b2"); // had its place there before we knew
  EXPECT_EQ(tick(ms{9000}), "") << "neither is given up";
  comes("c1", "b3");
  comes("c2", "b3");
  EXPECT_EQ(tick(ms{9200}), "parts_changed | ->b3 plan L3 train m1 [c1,c2] 800ms");
}

TEST_F(round_machine_draining_test, a_plan_that_reaches_a_combiner_when_it_has_begun_to_drain_goes_elsewhere) {
  open_at_two();
  down("b1");
  tick(ms{3000});
  comes("c1", "b2");
  comes("c2", "b2");
  EXPECT_EQ(tick(ms{3200}), "parts_changed | ->b2 plan L3 train m1 [c1,c2] 6800ms");
  comes("c1", "b3"); // they have left it before we hear why
  comes("c2", "b3");
  EXPECT_EQ(render(sut->received(now, domain::combiner_id{"b2"},
                                 domain::plan_declined{domain::lease_id{3}, {domain::errc::draining, ""}})),
            "");
  EXPECT_EQ(tick(ms{3400}), "parts_changed | ->b3 plan L4 train m1 [c1,c2] 6600ms");
}

TEST_F(round_machine_draining_test, who_does_not_come_back_in_time_has_failed) {
  open({client_at("c1", "b1"), client_at("c2", "b1")});
  drains("b1");
  cut_short("b1", 1, {"c1"}, {"c2"});
  merged(1);
  EXPECT_EQ(sut->next_wake(), at(ms{6000}));
  EXPECT_EQ(tick(ms{6000}), "settled");
  EXPECT_EQ(failed(), "c2:draining");
}

TEST_F(round_machine_draining_test, a_combiner_that_ends_without_handing_in_is_fenced) {
  open({client_at("c1", "b1")});
  drains("b1");
  down("b1");
  tick(ms{3000});
  comes("c1", "b2");
  EXPECT_EQ(tick(ms{3200}), "parts_changed | ->b2 plan L2 train m1 [c1] 6800ms");
}

TEST_F(round_machine_draining_test, one_that_lives_but_hands_nothing_in_is_given_up_in_its_time) {
  limits.closing = ms{5000};
  open({client_at("c1", "b1")});
  drains("b1");
  EXPECT_EQ(sut->next_wake(), at(ms{5000}));
  tick(ms{5000});
  EXPECT_EQ(tick(ms{10000}), "settled");
  EXPECT_EQ(failed(), "c1:timed_out");
}

TEST_F(round_machine_draining_test, its_sum_may_be_lost_even_then_and_its_clients_offer_again_elsewhere) {
  open({client_at("c1", "b1"), client_at("c2", "b1")});
  drains("b1");
  cut_short("b1", 1, {"c1"}, {"c2"});
  comes("c1", "b2");
  comes("c2", "b2");
  EXPECT_EQ(tick(ms{200}), "parts_changed | ->b2 plan L2 train m1 [c2] 9800ms");
  down("b1");
  EXPECT_EQ(tick(ms{3200}), "abandon L1");
  EXPECT_EQ(merge_failed(1), "");
  EXPECT_EQ(tick(ms{3400}), "parts_changed | ->b2 plan L3 train m1 [c1] 6600ms") << "c2 has its place (I-1)";
}

TEST_F(round_machine_draining_test, after_a_restart_a_cut_part_does_not_take_a_client_from_its_new_place) {
  open_at_two();
  drains("b1");
  cut_short("b1", 1, {"c1"}, {"c2"});
  comes("c2", "b2");
  tick(ms{200});
  const auto stored = sut->parts();
  open({});
  sut->adopt(now, stored);
  EXPECT_EQ(up("b1"), "->b1 plan L1 train m1 [c1] 10000ms");
  EXPECT_EQ(cut_short("b1", 1, {"c1"}, {"c2"}), "fetch L1");
  comes("c2", "b2");
  EXPECT_EQ(tick(ms{400}), "") << "it is asked under L3 already";
}

TEST_F(round_machine_draining_test, after_a_restart_a_cut_part_gives_back_who_had_no_new_place_yet) {
  open_at_two();
  drains("b1");
  cut_short("b1", 1, {"c1"}, {"c2"});
  const auto stored = sut->parts();
  open({});
  sut->adopt(now, stored);
  up("b1");
  cut_short("b1", 1, {"c1"}, {"c2"});
  comes("c2", "b2");
  EXPECT_EQ(tick(ms{200}), "parts_changed | ->b2 plan L3 train m1 [c2] 9800ms");
}

TEST_F(round_machine_draining_test, a_part_that_is_begun_anew_asks_those_again_who_have_no_new_place) {
  open_at_two();
  drains("b1");
  cut_short("b1", 1, {"c1"}, {"c2"});
  up("b1");
  EXPECT_EQ(progress("b1", 1, 0, 2), "abandon L1");
  merge_failed(1);
  comes("c2", "b1");
  EXPECT_EQ(tick(ms{200}), "") << "I-1: it is asked under L1";
}

TEST_F(round_machine_draining_test, a_part_that_is_begun_anew_with_somebody_who_was_placed_elsewhere_is_not_taken) {
  open_at_two();
  drains("b1");
  cut_short("b1", 1, {"c1"}, {"c2"});
  up("b1"); // is asked for c2 too
  comes("c2", "b2");
  EXPECT_EQ(tick(ms{200}), "parts_changed | ->b2 plan L3 train m1 [c2] 9800ms");
  progress("b1", 1, 0, 2);
  merge_failed(1);
  EXPECT_EQ(partial("b1", 1, {"c1", "c2"}), "->b1 closed L1 not_needed") << "I-1: c2 counts in L3";
  comes("c1", "b1");
  EXPECT_EQ(tick(ms{400}), "parts_changed | ->b1 plan L4 train m1 [c1] 9600ms");
}

TEST_F(round_machine_draining_test,
       who_was_left_out_when_enough_had_come_is_not_asked_again_when_a_part_is_begun_anew) {
  open({client_at("c1", "b1"), client_at("c2", "b1")}, 1);
  EXPECT_EQ(progress("b1", 1, 1, 1), "->b1 close L1");
  cut_short("b1", 1, {"c1"}, {"c2"});
  progress("b1", 1, 0, 2);
  merge_failed(1);
  EXPECT_EQ(up("b1"), "->b1 plan L1 train m1 [c1] 10000ms");
  EXPECT_EQ(failed(), "c2:draining") << "I-6: once";
}

TEST_F(round_machine_draining_test, who_was_placed_elsewhere_does_not_fail_in_its_former_part) {
  open_at_two();
  drains("b1");
  cut_short("b1", 1, {"c1"}, {"c2"});
  comes("c2", "b2");
  tick(ms{200});
  const auto stored = sut->parts();
  open({});
  sut->adopt(now, stored);
  auto what = partial_of(1, {"c1"});
  what.failures.push_back({domain::client_id{"c2"}, {domain::errc::late, ""}, 0});
  sut->received(now, domain::combiner_id{"b1"}, what);
  merged(1);
  partial("b2", 2, {"c3"});
  merged(2);
  partial("b2", 3, {"c2"});
  merged(3);
  EXPECT_EQ(contributors(), "c1 c2 c3");
  EXPECT_EQ(failed(), "") << "I-6";
}

TEST_F(round_machine_draining_test, a_combiner_that_came_back_to_stay_goes_on_collecting) {
  open_at_two();
  drains("b1");
  down("b1");
  EXPECT_EQ(up("b1"), "->b1 plan L1 train m1 [c1,c2] 10000ms") << "without close";
  EXPECT_EQ(drains("b1"), "->b1 close L1") << "unless it says it again";
}

TEST_F(round_machine_draining_test, carried_clients_keep_their_old_task_wherever_they_are_placed) {
  limits.deadline = ms{10000};
  domain::round_plan plan;
  plan.model = model_number(1);
  sut.emplace(
      domain::round_key{domain::session_id{"s"}, 2, 1}, plan, limits, [this] { return domain::lease_id{++last_lease}; },
      now);
  const domain::client_id late{"c2"};
  sut->open({client_at("c1", "b1"), client_at("c2", "b1")}, {{late, {late, 1, 1, model_number(7), 724}}});
  EXPECT_EQ(render(sut->announce(now)), "->b1 plan L1 train m1 [c1] +c2@1.1*724 10000ms");
  EXPECT_EQ(sut->parts()[0].carried.size(), 1u);
  drains("b1");
  cut_short("b1", 1, {"c1"}, {"c2"});
  comes("c2", "b2");
  EXPECT_EQ(tick(ms{200}), "parts_changed | ->b2 plan L2 train m1 [] +c2@1.1*724 9800ms");
  const auto stored = sut->parts();
  open({});
  sut->adopt(now, stored);
  EXPECT_EQ(up("b2"), "->b2 plan L2 train m1 [] +c2@1.1*724 10000ms") << "after a restart too";
}

} // namespace
} // namespace fedloom::controller
