#include "actors/transport/dialog_machine.hpp"
#include "tests/actors/combiner/render_body.hpp"

#include <gtest/gtest.h>

namespace fedloom::transport {

namespace {

using domain::errc;
using domain::milliseconds;
using test::at;

/// What a dialog does, in one line: "close, open, send hello a ticket 0".
std::string told(const dialog::effects& effects) {
  std::string text;
  for (const auto& one : effects) {
    text += text.empty() ? "" : ", ";
    text += std::visit(domain::overloaded{
                           [](const dialog::open&) { return std::string("open"); },
                           [](const dialog::close&) { return std::string("close"); },
                           [](const dialog::send& e) { return "send " + test::render(e.what); },
                           [](const dialog::established&) { return std::string("established"); },
                           [](const dialog::lost& e) { return "lost " + std::string(to_string(e.reason.code)); },
                       },
                       one);
  }
  return text;
}

const std::string dials = "close, open, send hello a ticket 0";

domain::refused refusal(errc code, milliseconds retry_after = {}) {
  return {{code, ""}, retry_after};
}

/// Answers after 2 s count as missing; pauses of 100 ms, doubling up to 1 s.
class dialog_machine_test : public ::testing::Test {
protected:
  std::string start(domain::instant now = at(0)) {
    return told(sut.start(now, domain::client_hello{domain::client_id{"a"}, {}}));
  }
  void establish() {
    start();
    sut.welcomed(at(0), milliseconds{1000}, milliseconds{3000});
  }
  /// Lets the greeting fail and answers how long the dialog pauses, in ms.
  std::int64_t pause_after_refusal(domain::instant now, const domain::refused& why) {
    EXPECT_EQ(told(sut.refused(now, why)), "close");
    return std::chrono::duration_cast<milliseconds>(*sut.next_wake() - now).count();
  }

  dialog_machine sut{{milliseconds{2000}, milliseconds{100}, milliseconds{1000}}, 7};
};

} // namespace

TEST_F(dialog_machine_test, does_nothing_before_it_is_started) {
  EXPECT_EQ(told(sut.tick(at(0))), "");
  EXPECT_EQ(told(sut.stop()), "");
  EXPECT_EQ(told(sut.gone(at(0))), "");
  EXPECT_EQ(told(sut.refused(at(0), refusal(errc::busy))), "");
  EXPECT_EQ(told(sut.welcomed(at(0), milliseconds{1}, milliseconds{1})), "");
  EXPECT_FALSE(sut.next_wake());
}

TEST_F(dialog_machine_test, dials_and_greets_until_it_is_welcomed) {
  EXPECT_EQ(start(), dials);
  EXPECT_FALSE(sut.is_established());
  EXPECT_EQ(sut.next_wake(), at(2000));
  EXPECT_EQ(told(sut.welcomed(at(50), milliseconds{1000}, milliseconds{3000})), "established");
  EXPECT_TRUE(sut.is_established());
  EXPECT_EQ(told(sut.welcomed(at(60), milliseconds{10}, milliseconds{20})), "") << "a second welcome changes nothing";
  EXPECT_EQ(sut.next_wake(), at(1050));
}

TEST_F(dialog_machine_test, gives_up_a_connection_without_an_answer_and_dials_a_new_one) {
  start();
  EXPECT_EQ(told(sut.tick(at(1999))), "") << "a wake may come early";
  EXPECT_EQ(told(sut.tick(at(2000))), "close");
  EXPECT_EQ(sut.tries(), 1u);
  const auto again = *sut.next_wake();
  EXPECT_EQ(told(sut.tick(again - milliseconds{1})), "");
  EXPECT_EQ(told(sut.tick(again)), dials);
}

TEST_F(dialog_machine_test, doubles_its_pauses_up_to_the_longest_and_spreads_them) {
  start();
  auto now = at(0);
  for (const std::int64_t least : {100, 200, 400, 800, 1000, 1000}) {
    const auto pause = pause_after_refusal(now, refusal(errc::unavailable));
    EXPECT_GE(pause, least);
    EXPECT_LE(pause, least + least / 4);
    now = *sut.next_wake();
    EXPECT_EQ(told(sut.tick(now)), dials);
  }
  EXPECT_EQ(sut.tries(), 6u);
}

TEST(dialog_limits_test, pause_so_shortly_that_an_outage_is_over_three_seconds_after_its_end) {
  dialog_machine shipped{dialog_limits{}, 7};
  shipped.start(at(0), domain::client_hello{});
  auto now = at(0);
  for (int tries = 0; tries < 100; ++tries) {
    shipped.gone(now);
    EXPECT_LE(*shipped.next_wake() - now, milliseconds{3000});
    now = *shipped.next_wake();
    shipped.tick(now);
  }
}

TEST_F(dialog_machine_test, does_not_come_back_before_the_time_that_a_refusal_names) {
  start();
  EXPECT_GE(pause_after_refusal(at(0), refusal(errc::client_id_taken, milliseconds{4000})), 4000);
}

TEST_F(dialog_machine_test, forgets_failed_tries_when_welcomed_or_stopped) {
  start();
  pause_after_refusal(at(0), refusal(errc::busy));
  sut.tick(*sut.next_wake());
  sut.welcomed(at(200), milliseconds{1000}, milliseconds{3000});
  EXPECT_EQ(sut.tries(), 0u);
  sut.gone(at(300));
  EXPECT_EQ(sut.tries(), 1u);
  EXPECT_EQ(told(sut.stop()), "close");
  EXPECT_EQ(sut.tries(), 0u);
}

TEST_F(dialog_machine_test, sends_heartbeats_at_the_interval_that_the_welcome_named) {
  establish();
  EXPECT_EQ(told(sut.tick(at(999))), "");
  EXPECT_EQ(told(sut.tick(at(1000))), "send heartbeat 1");
  EXPECT_EQ(told(sut.tick(at(1001))), "");
  EXPECT_EQ(told(sut.tick(at(2500))), "send heartbeat 2") << "a late wake sends one, not several";
  EXPECT_EQ(told(sut.tick(at(2501))), "");
}

TEST_F(dialog_machine_test, lives_as_long_as_frames_come_in) {
  establish();
  for (int second = 1; second <= 10; ++second) {
    sut.heard(at(second * 1000));
    EXPECT_EQ(told(sut.tick(at(second * 1000))), "send heartbeat " + std::to_string(second));
  }
}

TEST_F(dialog_machine_test, is_lost_when_nothing_was_heard_for_a_lease_and_dials_again_at_once) {
  establish();
  sut.heard(at(500));
  sut.tick(at(2000));
  EXPECT_EQ(sut.next_wake(), at(3000));
  sut.tick(at(3000));
  EXPECT_EQ(sut.next_wake(), at(3500)) << "the lease ends before the next heartbeat";
  EXPECT_EQ(told(sut.tick(at(3500))), "lost timed_out, " + dials);
  EXPECT_FALSE(sut.is_established());
}

TEST_F(dialog_machine_test, greets_again_over_the_same_connection_when_the_other_side_does_not_know_it_any_more) {
  establish();
  EXPECT_EQ(told(sut.refused(at(100), refusal(errc::unknown_peer))), "lost unknown_peer, send hello a ticket 0");
  EXPECT_EQ(told(sut.welcomed(at(101), milliseconds{1000}, milliseconds{3000})), "established");
}

TEST_F(dialog_machine_test, greets_once_however_many_of_its_frames_were_answered_with_unknown_peer) {
  establish();
  sut.refused(at(100), refusal(errc::unknown_peer));
  EXPECT_EQ(told(sut.refused(at(101), refusal(errc::unknown_peer))), "") << "it answers what was said before the hello";
  EXPECT_EQ(told(sut.welcomed(at(102), milliseconds{1000}, milliseconds{3000})), "established");
}

TEST_F(dialog_machine_test, is_lost_and_pauses_when_it_is_refused_for_any_other_reason) {
  establish();
  EXPECT_EQ(told(sut.refused(at(100), refusal(errc::stale_term))), "lost stale_term, close");
  EXPECT_EQ(told(sut.refused(at(101), refusal(errc::stale_term))), "") << "the pause is not begun anew";
  EXPECT_EQ(told(sut.tick(*sut.next_wake())), dials);
}

TEST_F(dialog_machine_test, pauses_when_the_connection_cannot_be_used) {
  establish();
  EXPECT_EQ(told(sut.gone(at(100))), "lost unavailable, close");
  EXPECT_EQ(told(sut.gone(at(101))), "");
  EXPECT_EQ(told(sut.tick(*sut.next_wake())), dials);
  EXPECT_EQ(told(sut.gone(at(300))), "close") << "while greeting there is nothing to lose";
}

TEST_F(dialog_machine_test, starts_with_a_fresh_connection_from_any_state) {
  establish();
  EXPECT_EQ(start(at(500)), dials);
  EXPECT_FALSE(sut.is_established());
  sut.gone(at(600));
  EXPECT_EQ(start(at(601)), dials) << "while pausing";
}

TEST_F(dialog_machine_test, stays_quiet_after_it_was_stopped) {
  establish();
  EXPECT_EQ(told(sut.stop()), "close");
  EXPECT_FALSE(sut.is_established());
  EXPECT_FALSE(sut.next_wake());
  EXPECT_EQ(told(sut.tick(at(100000))), "");
}

TEST_F(dialog_machine_test, does_not_spin_when_a_peer_announces_nonsense) {
  start();
  sut.welcomed(at(0), milliseconds{0}, milliseconds{0});
  EXPECT_EQ(sut.next_wake(), at(10));
  EXPECT_EQ(told(sut.tick(at(10))), "send heartbeat 1");
  EXPECT_EQ(told(sut.tick(at(20))), "lost timed_out, " + dials) << "a lease is two heartbeats at least";
}

} // namespace fedloom::transport
