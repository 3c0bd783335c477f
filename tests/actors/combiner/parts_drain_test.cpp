#include "tests/actors/combiner/parts_fixture.hpp"

namespace fedloom::combiner {

/// A combiner that is about to end.
class parts_drain_test : public parts_fixture {
protected:
  lines drain() { return told(sut().drain(at(now))); }
};

TEST_F(parts_drain_test, is_drained_at_once_when_it_holds_nothing) {
  EXPECT_EQ(drain(), (lines{"dismiss", "drained"}));
  EXPECT_EQ(drain(), lines{}) << "once";
}

TEST_F(parts_drain_test, declines_new_plans) {
  drain();
  EXPECT_EQ(planned(1, 5, {"a"}), lines{"report plan_declined draining"});
  EXPECT_EQ(sut().size(), 0u);
}

TEST_F(parts_drain_test, hands_its_part_in_without_cancelling_anybody_and_then_lets_its_clients_go) {
  came("a");
  came("b");
  collect(1, 5, {"a", "b"});
  accept(1, 5, "a");
  EXPECT_EQ(drain(), lines{}) << "the controller closes what is open";
  EXPECT_EQ(closing(5), lines{"freeze 5"});
  EXPECT_EQ(frozen(5), (lines{"report partial weight 10 sum 64B, a x10, b draining", "dismiss"}));
  EXPECT_EQ(left("a"), lines{});
  EXPECT_EQ(left("b"), lines{});
  EXPECT_EQ(closed(5, true),
            (lines{"send a s/1.1: receipt counted", "ended s/1.1", "journal 5 counted", "drop sum 5", "drained"}));
}

TEST_F(parts_drain_test, takes_updates_until_its_part_is_closed) {
  came("a");
  collect(1, 5, {"a"});
  drain();
  EXPECT_EQ(offers("a", 1), lines{"fold a into 5"});
  EXPECT_EQ(planned(1, 5, {"a"}), lines{"report progress 0 accepted 0 failed 1 pending"}) << "known already";
}

TEST_F(parts_drain_test, waits_for_all_of_its_parts) {
  collect(1, 5, {"a"});
  collect(2, 6, {"b"});
  drain();
  closing(5);
  EXPECT_EQ(frozen(5), lines{"report partial weight 0 sum 0B, a draining"});
  closing(6);
  EXPECT_EQ(frozen(6).back(), "dismiss");
  EXPECT_EQ(closed(5, true).back(), "drop sum 5");
  EXPECT_EQ(closed(6, true).back(), "drained");
}

TEST_F(parts_drain_test, does_not_wait_for_a_controller_that_has_been_gone_for_a_lease) {
  sut().uplinked(at(0));
  came("a");
  collect(1, 5, {"a"});
  drain();
  EXPECT_FALSE(sut().next_wake());
  now = 10000;
  sut().uplink_lost(at(now));
  EXPECT_EQ(sut().next_wake(), at(13000));
  now = 12000;
  EXPECT_EQ(tick(), lines{});
  sut().uplinked(at(now));
  now = 20000;
  EXPECT_EQ(tick(), lines{}) << "it is back";
  sut().uplink_lost(at(now));
  now = 23000;
  EXPECT_EQ(tick(), lines{"drained"}) << "the journal has it, and so have the clients";
}

TEST_F(parts_drain_test, waits_a_lease_for_a_controller_that_was_not_there_in_the_first_place) {
  collect(1, 5, {"a"});
  now = 1000;
  drain();
  EXPECT_EQ(sut().next_wake(), at(3000)) << "a is away";
  now = 4000;
  EXPECT_EQ(tick().back(), "drained");
}

TEST_F(parts_drain_test, does_not_begin_anew_with_what_it_had_recovered) {
  restart({{domain::journalled_plan{key(1), plan(5, {"a"})}, {}}});
  EXPECT_EQ(drain(), lines{});
  EXPECT_EQ(planned(1, 5, {"a"}), (lines{"report plan_declined draining", "dropped s/1.1 draining",
                                         "journal 5 forgotten", "drop sum 5", "dismiss", "drained"}));
}

} // namespace fedloom::combiner
