#include "tests/actors/controller/round_fixture.hpp"

namespace fedloom::controller {
namespace {

/// Clients are lost, one after the other, and the quorum cannot be met without them. All three of c1, c2 (at b1) and c3
/// (at b2) are needed.
class round_machine_outage_test : public round_machine_fixture {
protected:
  void begin(std::uint32_t quorum = 3) {
    limits.quorum = quorum;
    open_at_two();
  }
  std::string comes(const std::string& client, const std::string& combiner) {
    return render(sut->client_up(now, client_at(client, combiner)));
  }
  void goes(const std::string& client) { sut->client_down(domain::client_id{client}); }
  /// Handed in: who has answered, and who has not, for this reason.
  std::string handed_in(const std::string& from, std::uint64_t lease, const std::vector<std::string>& clients,
                        const std::vector<std::string>& without, domain::errc why = domain::errc::client_lost) {
    auto what = partial_of(lease, clients);
    for (const auto& one : without) {
      what.failures.push_back({domain::client_id{one}, {why, ""}, 0});
    }
    auto told = render(sut->received(now, domain::combiner_id{from}, what));
    return clients.empty() ? told : told + " | " + merged(lease);
  }
  /// c2 and c3 have answered, c1 was lost.
  void lose_one() {
    begin();
    handed_in("b1", 1, {"c2"}, {"c1"});
    EXPECT_EQ(handed_in("b2", 2, {"c3"}, {}), "fetch L2 | settled");
  }
};

TEST_F(round_machine_outage_test, who_was_lost_answers_in_a_new_part_of_the_same_attempt) {
  lose_one();
  EXPECT_TRUE(sut->wait_for_lost(now));
  EXPECT_EQ(sut->next_wake(), at(ms{10000})) << "I-8";
  now = at(ms{5000});
  comes("c1", "b1");
  EXPECT_EQ(tick(ms{5200}), "parts_changed | ->b1 plan L3 train m1 [c1] 4800ms");
  EXPECT_EQ(progress("b1", 3, 1, 0), "->b1 close L3");
  EXPECT_EQ(handed_in("b1", 3, {"c1"}, {}), "fetch L3 | settled");
  EXPECT_EQ(contributors(), "c1 c2 c3");
  EXPECT_EQ(failed(), "");
}

TEST_F(round_machine_outage_test, who_does_not_come_back_by_the_deadline_has_failed) {
  lose_one();
  sut->wait_for_lost(now);
  EXPECT_EQ(tick(ms{9999}), "");
  EXPECT_EQ(tick(ms{10000}), "settled") << "I-8";
  EXPECT_FALSE(sut->wait_for_lost(now));
  EXPECT_EQ(contributors(), "c2 c3");
  EXPECT_EQ(failed(), "c1:client_lost") << "I-6: once";
}

TEST_F(round_machine_outage_test, nobody_is_waited_for_when_the_others_are_enough) {
  begin(2);
  handed_in("b1", 1, {"c2"}, {"c1"});
  handed_in("b2", 2, {"c3"}, {});
  EXPECT_FALSE(sut->wait_for_lost(now));
}

TEST_F(round_machine_outage_test, nobody_is_waited_for_when_that_would_not_be_enough) {
  begin();
  handed_in("b1", 1, {"c2"}, {"c1"});
  handed_in("b2", 2, {}, {"c3"}, domain::errc::entry_point_failed);
  EXPECT_FALSE(sut->wait_for_lost(now));
  EXPECT_EQ(failed(), "c1:client_lost c3:entry_point_failed");
}

TEST_F(round_machine_outage_test, the_last_ones_are_not_waited_for_once_enough_are_back) {
  begin(2);
  handed_in("b1", 1, {}, {"c1", "c2"});
  handed_in("b2", 2, {"c3"}, {});
  EXPECT_TRUE(sut->wait_for_lost(now));
  comes("c2", "b2");
  EXPECT_EQ(tick(ms{200}), "parts_changed | ->b2 plan L3 train m1 [c2] 9800ms");
  EXPECT_EQ(progress("b2", 3, 1, 0), "->b2 close L3") << "c1 is not needed any more";
  EXPECT_EQ(handed_in("b2", 3, {"c2"}, {}), "fetch L3 | settled");
  EXPECT_EQ(failed(), "c1:client_lost");
}

TEST_F(round_machine_outage_test, who_is_lost_once_more_is_waited_for_once_more) {
  lose_one();
  sut->wait_for_lost(now);
  comes("c1", "b1");
  EXPECT_EQ(tick(ms{200}), "parts_changed | ->b1 plan L3 train m1 [c1] 9800ms");
  progress("b1", 3, 0, 0);
  EXPECT_EQ(handed_in("b1", 3, {}, {"c1"}), "settled");
  EXPECT_TRUE(sut->wait_for_lost(now));
  comes("c1", "b2");
  EXPECT_EQ(tick(ms{400}), "parts_changed | ->b2 plan L4 train m1 [c1] 9600ms | ->b1 closed L3 not_needed")
      << "a part that holds nothing does not stay, and hears so after the new plan";
  EXPECT_EQ(sut->parts().size(), 3u);
}

TEST_F(round_machine_outage_test, who_goes_again_before_it_is_placed_is_not_placed) {
  lose_one();
  sut->wait_for_lost(now);
  comes("c1", "b1");
  goes("c1");
  EXPECT_EQ(tick(ms{200}), "");
  comes("c1", "b1");
  EXPECT_EQ(tick(ms{400}), "parts_changed | ->b1 plan L3 train m1 [c1] 9600ms");
}

TEST_F(round_machine_outage_test, a_controller_that_dies_while_it_waits_waits_again) {
  lose_one();
  sut->wait_for_lost(now);
  const auto parts = sut->parts();
  const auto missing = sut->missing();
  open({});
  sut->adopt(now, parts, missing);
  EXPECT_EQ(up("b1"), "->b1 plan L1 train m1 [c1,c2] 10000ms");
  up("b2");
  handed_in("b1", 1, {"c2"}, {"c1"});
  EXPECT_EQ(handed_in("b2", 2, {"c3"}, {}), "fetch L2 | settled");
  EXPECT_TRUE(sut->wait_for_lost(now));
  comes("c1", "b2");
  EXPECT_EQ(tick(ms{200}), "parts_changed | ->b2 plan L3 train m1 [c1] 9800ms");
}

TEST_F(round_machine_outage_test, who_has_its_new_place_is_not_lost_by_its_former_part_after_a_restart) {
  lose_one();
  sut->wait_for_lost(now);
  comes("c1", "b2");
  tick(ms{200});
  const auto parts = sut->parts();
  const auto missing = sut->missing();
  open({});
  sut->adopt(now, parts, missing);
  EXPECT_EQ(up("b1"), "->b1 plan L1 train m1 [c2] 10000ms");
  handed_in("b1", 1, {"c2"}, {"c1"});
  handed_in("b2", 2, {"c3"}, {});
  EXPECT_EQ(handed_in("b2", 3, {"c1"}, {}), "fetch L3 | settled");
  EXPECT_EQ(contributors(), "c1 c2 c3");
  EXPECT_EQ(failed(), "") << "I-6";
}

TEST_F(round_machine_outage_test, who_was_back_when_its_part_was_just_being_closed_is_asked_again) {
  begin();
  handed_in("b1", 1, {"c2"}, {"c1"}, domain::errc::late);
  handed_in("b2", 2, {"c3"}, {});
  EXPECT_TRUE(sut->wait_for_lost(now));
  comes("c1", "b1");
  EXPECT_EQ(tick(ms{200}), "parts_changed | ->b1 plan L3 train m1 [c1] 9800ms");
}

TEST_F(round_machine_outage_test, the_clients_of_a_lost_combiner_are_waited_for_as_long) {
  begin();
  handed_in("b2", 2, {"c3"}, {});
  down("b1");
  tick(ms{3000});
  EXPECT_EQ(tick(ms{9000}), "settled") << "given up";
  EXPECT_TRUE(sut->wait_for_lost(now));
  comes("c1", "b2");
  comes("c2", "b2");
  EXPECT_EQ(tick(ms{9200}), "parts_changed | ->b2 plan L3 train m1 [c1,c2] 800ms");
}

TEST_F(round_machine_outage_test, who_moved_while_the_round_was_closing_is_placed_where_it_is) {
  begin();
  progress("b1", 1, 2, 0);
  progress("b2", 2, 1, 0);
  down("b1");
  comes("c1", "b2"); // before its combiner is given up
  comes("c2", "b2");
  tick(ms{3000});
  EXPECT_EQ(tick(ms{3200}), "parts_changed | ->b2 plan L3 train m1 [c1,c2] 6800ms");
}

} // namespace
} // namespace fedloom::controller
