#include "actors/combiner/identity.hpp"
#include "tests/actors/combiner/render.hpp"

#include <gtest/gtest.h>

namespace fedloom::combiner {

namespace {

using domain::client_id;
using domain::milliseconds;
using transport::peer_id;

/// Room for three clients, a lease of 3 s, tickets of 10 s, and no signs of life (see detection_test.cpp). A client's
/// ticket is told by its number.
class roster_machine_test : public ::testing::Test {
protected:
  roster_machine_test() { sut.uplinked(); }
  lines expect(const std::string& client, std::uint8_t ticket, std::int64_t now = 0) {
    return render(
        sut.expect(at(now), {client_id{client}, test::id_of<domain::token>(ticket), 100, milliseconds{10000}}));
  }
  lines greet(std::uint64_t peer, const std::string& client, std::uint8_t ticket, std::int64_t now = 0) {
    return render(sut.greeted(at(now), peer_id{peer}, {client_id{client}, test::id_of<domain::token>(ticket)}));
  }
  lines beat(std::uint64_t peer, const std::string& identity, std::int64_t now) {
    return render(sut.beat(at(now), peer_id{peer}, identity, {9}));
  }
  void enter(std::uint64_t peer, const std::string& client, std::int64_t now = 0) {
    expect(client, 1, now);
    greet(peer, client, 1, now);
  }
  lines tick(std::int64_t now) { return render(sut.tick(at(now))); }
  template <class Effects>
  static lines render(const Effects& effects) {
    return test::render_all(effects);
  }

  static constexpr roster_config config{3, milliseconds{1'000'000}, milliseconds{3000}};
  roster_machine sut{config};
};

const lines away_with_a{"send peer 7: refused bad_ticket", "turned away a bad_ticket"};

} // namespace

TEST_F(roster_machine_test, admits_a_client_that_shows_the_ticket_of_its_placement) {
  EXPECT_EQ(expect("a", 1), lines{});
  EXPECT_EQ(greet(7, "a", 1), (lines{"identify peer 7 as client/a", "send peer 7: client_welcome",
                                     "came a at peer 7 max 100", "report roster present [a] gone []"}));
  EXPECT_EQ(sut.member_count(), 1u);
}

TEST_F(roster_machine_test, turns_away_who_was_not_announced_or_has_the_wrong_ticket) {
  EXPECT_EQ(greet(7, "a", 1), away_with_a);
  expect("a", 1);
  EXPECT_EQ(greet(7, "a", 2), away_with_a);
  EXPECT_EQ(sut.member_count(), 0u);
}

TEST_F(roster_machine_test, sends_nobody_to_the_controller_before_that_knows_that_it_is_here) {
  sut = roster_machine{config};
  EXPECT_EQ(greet(7, "a", 1), (lines{"send peer 7: refused unavailable", "turned away a unavailable"}));
  sut.uplinked();
  EXPECT_EQ(greet(7, "a", 1), away_with_a);
}

TEST_F(roster_machine_test, takes_only_the_newest_ticket) {
  expect("a", 1);
  expect("a", 2);
  EXPECT_EQ(greet(7, "a", 1), away_with_a);
  EXPECT_EQ(greet(7, "a", 2).size(), 4u);
}

TEST_F(roster_machine_test, does_not_take_a_ticket_that_is_void) {
  expect("a", 1);
  EXPECT_EQ(greet(7, "a", 1, 10000), away_with_a);
}

TEST_F(roster_machine_test, welcomes_a_repeated_hello_without_reporting_it_again) {
  enter(7, "a");
  EXPECT_EQ(greet(7, "a", 1),
            (lines{"identify peer 7 as client/a", "send peer 7: client_welcome", "came a at peer 7 max 100"}));
  EXPECT_EQ(sut.member_count(), 1u);
}

TEST_F(roster_machine_test, reports_a_member_again_that_was_placed_here_anew) {
  enter(7, "a");
  expect("a", 2);
  EXPECT_EQ(greet(8, "a", 2), (lines{"hang up peer 7", "identify peer 8 as client/a", "send peer 8: client_welcome",
                                     "came a at peer 8 max 100", "report roster present [a] gone []"}))
      << "the controller took it for gone when it joined again";
  EXPECT_EQ(greet(8, "a", 2).size(), 3u) << "once";
}

TEST_F(roster_machine_test, replaces_a_clients_connection_by_its_new_one) {
  enter(7, "a");
  EXPECT_EQ(greet(8, "a", 1), (lines{"hang up peer 7", "identify peer 8 as client/a", "send peer 8: client_welcome",
                                     "came a at peer 8 max 100"}));
  EXPECT_EQ(render(sut.gone(peer_id{7}, "client/a")), lines{}) << "the old one's end is no news";
  EXPECT_EQ(render(sut.said_goodbye(peer_id{7}, "client/a", {"bye"})), lines{});
  EXPECT_EQ(sut.member_count(), 1u);
}

TEST_F(roster_machine_test, answers_heartbeats_of_members_and_refuses_those_of_strangers) {
  enter(7, "a");
  EXPECT_EQ(beat(7, "client/a", 1000), lines{"send peer 7: heartbeat 9"});
  EXPECT_EQ(beat(8, "", 1000), lines{"send peer 8: refused unknown_peer"});
  EXPECT_EQ(beat(8, "client/a", 1000), lines{"send peer 8: refused unknown_peer"}) << "not the connection it has now";
}

TEST_F(roster_machine_test, ends_the_lease_of_a_client_that_is_not_heard) {
  enter(7, "a");
  EXPECT_EQ(sut.next_wake(), at(3000));
  EXPECT_EQ(tick(2999), lines{});
  EXPECT_EQ(tick(3000), (lines{"hang up peer 7", "left a client_lost", "report roster present [] gone [a]"}));
  EXPECT_FALSE(sut.next_wake());
  EXPECT_EQ(greet(8, "a", 1, 3001), (lines{"send peer 8: refused bad_ticket", "turned away a bad_ticket"}))
      << "it has to join again";
}

TEST_F(roster_machine_test, renews_a_lease_with_every_frame) {
  enter(7, "a");
  sut.heard(at(2000), "client/a");
  EXPECT_EQ(tick(3000), lines{});
  EXPECT_EQ(sut.next_wake(), at(5000));
  beat(7, "client/a", 4500);
  EXPECT_EQ(tick(5000), lines{});
  EXPECT_EQ(tick(7500).size(), 3u);
}

TEST_F(roster_machine_test, lets_a_client_go_that_says_goodbye) {
  enter(7, "a");
  EXPECT_EQ(render(sut.said_goodbye(peer_id{7}, "client/a", {"bye"})),
            (lines{"hang up peer 7", "left a client_lost", "report roster present [] gone [a]"}));
  EXPECT_EQ(render(sut.said_goodbye(peer_id{7}, "client/a", {"bye"})), lines{});
  EXPECT_EQ(sut.member_count(), 0u);
}

TEST_F(roster_machine_test, lets_a_client_back_with_its_ticket_for_a_lease_after_its_connection_broke) {
  enter(7, "a");
  sut.heard(at(20000), "client/a");
  EXPECT_EQ(render(sut.gone(peer_id{7}, "client/a")),
            (lines{"left a client_lost", "report roster present [] gone [a]"}));
  EXPECT_EQ(tick(20001), lines{}) << "the ticket's own time is long over, but it was used";
  EXPECT_EQ(greet(8, "a", 1, 22999).size(), 4u);
}

TEST_F(roster_machine_test, forgets_a_client_that_does_not_come_back) {
  enter(7, "a");
  sut.heard(at(20000), "client/a");
  sut.gone(peer_id{7}, "client/a");
  EXPECT_EQ(tick(23000), lines{});
  EXPECT_FALSE(sut.next_wake()) << "nobody is expected any more";
}

TEST_F(roster_machine_test, reports_all_leases_that_ended_together_in_one_batch) {
  enter(7, "a");
  enter(8, "b");
  enter(9, "c", 500);
  EXPECT_EQ(tick(3000), (lines{"hang up peer 7", "left a client_lost", "hang up peer 8", "left b client_lost",
                               "report roster present [] gone [a b]"}));
  EXPECT_EQ(sut.next_wake(), at(3500));
}

TEST_F(roster_machine_test, has_no_place_beyond_its_capacity_but_for_members) {
  enter(7, "a");
  enter(8, "b");
  enter(9, "c");
  expect("d", 1);
  EXPECT_EQ(greet(10, "d", 1), (lines{"send peer 10: refused busy", "turned away d busy"}));
  EXPECT_EQ(greet(11, "a", 1).size(), 4u) << "a new connection of a member needs no place";
  sut.said_goodbye(peer_id{8}, "client/b", {});
  EXPECT_EQ(greet(10, "d", 1).size(), 4u);
}

TEST_F(roster_machine_test, expects_a_bounded_number_of_clients) {
  for (const auto* client : {"a", "b", "c", "d", "e", "f"}) {
    EXPECT_EQ(expect(client, 1), lines{});
  }
  EXPECT_EQ(expect("g", 1), lines{"turned away g busy"});
  EXPECT_EQ(expect("a", 2), lines{}) << "known already";
  tick(10000);
  EXPECT_EQ(expect("g", 1, 10000), lines{}) << "void tickets make room";
}

TEST_F(roster_machine_test, gives_no_client_an_identity_outside_its_own_role) {
  enter(7, "controller/");
  EXPECT_EQ(render(sut.uplinked()), lines{"report whole roster present [controller/] gone []"});
  EXPECT_NE(identity_of(client_id{"controller/"}), controller_identity);
  EXPECT_EQ(client_of(controller_identity), std::nullopt);
  EXPECT_EQ(beat(7, controller_identity, 0), lines{"send peer 7: refused unknown_peer"});
  EXPECT_EQ(render(sut.said_goodbye(peer_id{7}, controller_identity, {})), lines{});
}

TEST_F(roster_machine_test, does_not_let_one_client_speak_for_another) {
  enter(7, "a");
  expect("b", 2);
  EXPECT_EQ(greet(7, "b", 1), (lines{"send peer 7: refused bad_ticket", "turned away b bad_ticket"}));
  EXPECT_EQ(render(sut.gone(peer_id{7}, "client/b")), lines{});
  EXPECT_EQ(sut.member_count(), 1u);
}

TEST_F(roster_machine_test, tells_the_whole_roster_when_the_controller_welcomed_us) {
  EXPECT_EQ(render(sut.uplinked()), lines{"report whole roster present [] gone []"});
  enter(8, "b");
  enter(7, "a");
  expect("c", 1);
  EXPECT_EQ(render(sut.uplinked()), lines{"report whole roster present [a b] gone []"});
  const auto members = sut.members();
  ASSERT_EQ(members.size(), 2u);
  EXPECT_EQ(members[0].client, client_id{"a"});
  EXPECT_EQ(members[0].peer, peer_id{7});
  EXPECT_EQ(members[0].max_examples, 100u);
}

TEST_F(roster_machine_test, says_goodbye_to_all_members_when_it_leaves) {
  enter(7, "a");
  enter(8, "b");
  expect("c", 1);
  EXPECT_EQ(render(sut.leave()), (lines{"send peer 7: goodbye", "left a client_lost", "send peer 8: goodbye",
                                        "left b client_lost", "report roster present [] gone [a b]"}));
  EXPECT_EQ(render(sut.uplinked()), lines{"report whole roster present [] gone []"}) << "they are elsewhere by now";
  EXPECT_EQ(render(sut.leave()), lines{});
}

TEST_F(roster_machine_test, takes_nobody_after_it_has_left) {
  expect("c", 1);
  sut.leave();
  EXPECT_EQ(greet(9, "c", 1), (lines{"send peer 9: refused bad_ticket", "turned away c bad_ticket"}));
}

} // namespace fedloom::combiner
