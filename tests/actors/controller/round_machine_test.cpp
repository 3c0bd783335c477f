#include "tests/actors/controller/round_fixture.hpp"

namespace fedloom::controller {
namespace {

class round_machine_test : public round_machine_fixture {};

TEST_F(round_machine_test, plans_one_part_per_combiner) {
  open_at_two();
  EXPECT_EQ(render(sut->announce(now)), "->b1 plan L1 train m1 [c1,c2] 10000ms | ->b2 plan L2 train m1 [c3] 10000ms");
  EXPECT_EQ(sut->asked(), 3u);
}

TEST_F(round_machine_test, closes_when_all_have_answered) {
  open_at_two();
  EXPECT_EQ(progress("b1", 1, 2, 0), "");
  EXPECT_EQ(progress("b2", 2, 0, 0), "->b1 close L1 | ->b2 close L2");
}

TEST_F(round_machine_test, closes_when_k_are_accepted_over_all_parts) {
  open({client_at("c1", "b1"), client_at("c2", "b1"), client_at("c3", "b2")}, 2);
  EXPECT_EQ(progress("b1", 1, 1, 1), "");
  EXPECT_EQ(progress("b2", 2, 1, 0), "->b1 close L1 | ->b2 close L2");
}

TEST_F(round_machine_test, closes_at_the_deadline) {
  open_at_two();
  EXPECT_EQ(sut->next_wake(), at(ms{10000}));
  EXPECT_EQ(tick(ms{9999}), "");
  EXPECT_EQ(tick(ms{10000}), "->b1 close L1 | ->b2 close L2");
}

TEST_F(round_machine_test, settles_when_every_sum_is_merged) {
  open_at_two();
  progress("b1", 1, 2, 0);
  progress("b2", 2, 1, 0);
  EXPECT_EQ(partial("b1", 1, {"c1", "c2"}), "fetch L1");
  EXPECT_EQ(partial("b2", 2, {"c3"}), "fetch L2");
  EXPECT_EQ(merged(1), "");
  EXPECT_EQ(merged(2), "settled");
  EXPECT_EQ(contributors(), "c1 c2 c3");
  EXPECT_EQ(sut->weight(), 3u);
  EXPECT_EQ(sut->next_wake(), std::nullopt);
}

TEST_F(round_machine_test, leaves_the_quorum_to_the_session) {
  open_at_two();
  tick(ms{10000});
  EXPECT_EQ(partial("b1", 1, {}), "");
  EXPECT_EQ(partial("b2", 2, {}), "settled");
  EXPECT_EQ(contributors(), "");
}

TEST_F(round_machine_test, a_part_without_a_sum_is_taken_at_once) {
  open({client_at("c1", "b1")});
  progress("b1", 1, 0, 0);
  EXPECT_EQ(partial("b1", 1, {}), "settled");
  EXPECT_TRUE(sut->is_taken(domain::lease_id{1}));
}

TEST_F(round_machine_test, a_partial_that_is_repeated_counts_once) {
  open({client_at("c1", "b1")});
  progress("b1", 1, 1, 0);
  EXPECT_EQ(partial("b1", 1, {"c1"}), "fetch L1");
  EXPECT_EQ(partial("b1", 1, {"c1"}), "");
  EXPECT_EQ(merged(1), "settled");
  EXPECT_EQ(merged(1), "");
  EXPECT_EQ(contributors(), "c1");
}

TEST_F(round_machine_test, nobody_speaks_for_another_combiners_part) {
  open_at_two();
  EXPECT_EQ(progress("b2", 1, 2, 0), "");
  EXPECT_EQ(partial("b2", 1, {"c1"}), "");
  EXPECT_EQ(declined("b2", 1), "");
  EXPECT_EQ(progress("b2", 2, 1, 0), "") << "L1 has not answered yet";
}

TEST_F(round_machine_test, a_declined_plan_fails_its_clients) {
  open_at_two();
  EXPECT_EQ(declined("b1", 1), "");
  EXPECT_EQ(progress("b2", 2, 1, 0), "->b2 close L2");
  partial("b2", 2, {"c3"});
  EXPECT_EQ(merged(2), "settled");
  EXPECT_EQ(contributors(), "c3");
  EXPECT_EQ(failed(), "c1:not_found c2:not_found");
}

TEST_F(round_machine_test, a_part_that_does_not_come_in_time_is_fenced) {
  open_at_two();
  tick(ms{10000});
  partial("b1", 1, {"c1"});
  merged(1);
  EXPECT_EQ(sut->next_wake(), at(ms{40000}));
  EXPECT_EQ(tick(ms{39999}), "");
  EXPECT_EQ(tick(ms{40000}), "settled");
  EXPECT_EQ(contributors(), "c1");
  EXPECT_EQ(failed(), "c3:timed_out");
}

TEST_F(round_machine_test, close_ends_it_early) {
  open_at_two();
  EXPECT_EQ(render(sut->close(now)), "->b1 close L1 | ->b2 close L2");
  EXPECT_EQ(render(sut->close(now)), "");
}

TEST_F(round_machine_test, sorts_what_came_by_client) {
  open({client_at("c2", "b1"), client_at("c9", "b1"), client_at("c1", "b2")});
  tick(ms{10000});
  partial("b1", 1, {"c9", "c2"});
  partial("b2", 2, {"c1"});
  merged(1);
  merged(2);
  EXPECT_EQ(contributors(), "c1 c2 c9");
}

TEST_F(round_machine_test, goes_on_with_adopted_parts_under_their_leases) {
  domain::round_plan plan;
  sut.emplace(
      domain::round_key{domain::session_id{"s"}, 3, 2}, plan, limits, [] { return domain::lease_id{99}; }, now);
  sut->adopt(now, {{domain::lease_id{7}, domain::combiner_id{"b1"}, {domain::client_id{"c1"}}}});
  EXPECT_THAT(up("b1"), testing::HasSubstr("->b1 plan L7 train m0 [c1]"));
  EXPECT_EQ(sut->asked(), 1u);
  EXPECT_EQ(partial("b1", 7, {"c1"}), "fetch L7") << "frozen in the earlier life";
  EXPECT_EQ(merged(7), "settled");
}

} // namespace
} // namespace fedloom::controller
