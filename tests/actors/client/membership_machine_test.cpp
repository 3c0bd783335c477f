#include "tests/actors/client/render.hpp"

#include <gtest/gtest.h>

namespace fedloom::client {

namespace {

using domain::errc;
using domain::milliseconds;

membership_config client_a() {
  membership_config config;
  config.client = domain::client_id{"a"};
  config.controller_endpoint = "k:1";
  config.limits = {milliseconds{2000}, milliseconds{100}, milliseconds{5000}};
  return config;
}

/// Client a, which has no resume token yet. Combiners are told by number: combiner 1 lies at b:1 and its ticket is 1.
class membership_machine_test : public ::testing::Test {
protected:
  lines start(std::int64_t now = 0) { return told(sut.start(at(now))); }
  lines placed(std::uint8_t combiner, std::uint8_t resume = 9, std::int64_t now = 0) {
    const auto number = std::to_string(combiner);
    return hears(link::controller,
                 domain::placement{domain::combiner_id{"combiner-" + number}, "b:" + number,
                                   test::id_of<domain::token>(combiner), test::id_of<domain::token>(resume)},
                 now);
  }
  lines welcomed(std::int64_t now = 0) {
    return hears(link::combiner, domain::client_welcome{milliseconds{1000}, milliseconds{3000}}, now);
  }
  lines refused(link from, errc code, std::int64_t now = 0, milliseconds retry_after = {}) {
    return hears(from, domain::refused{{code, ""}, retry_after}, now);
  }
  lines hears(link from, const domain::body& what, std::int64_t now = 0) {
    return told(sut.received(at(now), from, what));
  }
  lines tick(std::int64_t now) { return told(sut.tick(at(now))); }
  /// Lets time pass up to the machine's next wake, and what it does then.
  lines wait() {
    now_ = *sut.next_wake();
    return told(sut.tick(now_));
  }
  void become_member(std::uint8_t combiner = 1) {
    start();
    placed(combiner);
    welcomed();
  }
  static lines told(const membership::effects& effects) { return test::render_all(effects); }

  domain::instant now_ = at(0);
  membership_machine sut{client_a(), {}, 7};
};

const lines joins{"close controller", "open controller k:1", "send controller: join a token 0"};
/// The combiner is given up and the controller asked for another place.
const lines joins_again{"close combiner", "close controller", "open controller k:1", "send controller: join a token 9"};

lines after(lines first, const lines& then) {
  first.insert(first.end(), then.begin(), then.end());
  return first;
}

} // namespace

TEST_F(membership_machine_test, joins_is_placed_and_greets_its_combiner) {
  EXPECT_EQ(start(), joins);
  EXPECT_EQ(placed(1), (lines{"keep token 9", "placed at combiner-1", "close controller", "close combiner",
                              "open combiner b:1", "send combiner: hello a ticket 1"}));
  EXPECT_FALSE(sut.is_member());
  EXPECT_EQ(welcomed(), lines{"attached to combiner-1"});
  EXPECT_TRUE(sut.is_member());
}

TEST_F(membership_machine_test, joins_with_the_token_that_it_kept_and_keeps_only_a_new_one) {
  sut = membership_machine{client_a(), test::id_of<domain::token>(9), 7};
  EXPECT_EQ(start().back(), "send controller: join a token 9");
  EXPECT_EQ(placed(1, 9).front(), "placed at combiner-1");
  refused(link::combiner, errc::bad_ticket);
  EXPECT_EQ(placed(1, 8).front(), "keep token 8");
}

TEST_F(membership_machine_test, joins_again_when_its_ticket_is_not_taken) {
  start();
  placed(1);
  EXPECT_EQ(refused(link::combiner, errc::bad_ticket), joins_again);
  placed(2);
  EXPECT_EQ(welcomed(), lines{"attached to combiner-2"});
}

TEST_F(membership_machine_test, joins_again_when_a_member_is_told_that_its_ticket_is_void) {
  become_member();
  EXPECT_EQ(refused(link::combiner, errc::bad_ticket), after({"detached bad_ticket"}, joins_again));
}

TEST_F(membership_machine_test, joins_again_when_its_combiners_lease_is_over) {
  become_member();
  sut.heard(at(1000), link::combiner);
  EXPECT_EQ(tick(1000), lines{"send combiner: heartbeat 1"});
  tick(2000);
  tick(3000);
  EXPECT_EQ(tick(4000), after({"detached timed_out"}, joins_again));
  EXPECT_FALSE(sut.is_member());
}

TEST_F(membership_machine_test, joins_again_when_its_combiner_cannot_be_reached) {
  become_member();
  EXPECT_EQ(told(sut.gone(at(100), link::combiner)), after({"detached unavailable"}, joins_again));
}

TEST_F(membership_machine_test, greets_its_combiner_again_when_that_does_not_know_it_any_more) {
  become_member();
  EXPECT_EQ(refused(link::combiner, errc::unknown_peer),
            (lines{"detached unknown_peer", "send combiner: hello a ticket 1"}));
  EXPECT_EQ(refused(link::combiner, errc::unknown_peer), lines{}) << "each of its frames was answered so";
  EXPECT_EQ(welcomed(), lines{"attached to combiner-1"});
}

TEST_F(membership_machine_test, leaves_a_combiner_that_says_goodbye) {
  become_member();
  EXPECT_EQ(hears(link::combiner, domain::goodbye{"draining"}), after({"detached unavailable"}, joins_again));
}

TEST_F(membership_machine_test, asks_for_another_place_after_three_greetings_without_an_answer) {
  start();
  placed(1);
  for (int greeting = 1; greeting <= 2; ++greeting) {
    EXPECT_EQ(wait(), lines{"close combiner"});
    EXPECT_EQ(wait(), (lines{"close combiner", "open combiner b:1", "send combiner: hello a ticket 1"}));
  }
  EXPECT_EQ(wait(), after({"close combiner"}, joins_again));
}

TEST_F(membership_machine_test, tells_the_controller_of_its_machine_and_hears_which_package_is_active) {
  auto config = client_a();
  config.machine = {8, std::uint64_t{1} << 34, "seccomp", "0.1.0"};
  sut = membership_machine(config, {}, 1);
  const auto effects = sut.start(at(0));
  const auto* said = std::get_if<membership::send>(&effects.back());
  ASSERT_NE(said, nullptr);
  EXPECT_EQ(std::get<domain::join>(said->what).machine, config.machine);

  domain::placement placed{domain::combiner_id{"1"}, "b:1", {}, {}};
  placed.package = {test::id_of<domain::package_digest>(3), 700, ""};
  for (const auto& one : sut.received(at(0), link::controller, placed)) {
    if (const auto* joined = std::get_if<membership::joined>(&one)) {
      EXPECT_EQ(joined->package, placed.package);
      return;
    }
  }
  FAIL() << "nobody hears of the placement";
}

TEST_F(membership_machine_test, backs_off_while_the_controller_is_down) {
  start();
  std::int64_t before = 0;
  for (int round = 0; round < 6; ++round) {
    EXPECT_EQ(wait(), lines{"close controller"});
    const auto pause = (*sut.next_wake() - now_).count();
    EXPECT_GT(pause, before) << "each pause is longer";
    before = pause;
    EXPECT_EQ(wait(), joins);
  }
}

TEST_F(membership_machine_test, repeats_a_join_that_is_never_answered_at_bounded_intervals) {
  start();
  const auto limits = client_a().limits;
  for (int round = 0; round < 40; ++round) {
    EXPECT_LE(*sut.next_wake(), now_ + limits.answer);
    EXPECT_EQ(wait(), lines{"close controller"});
    EXPECT_LE(*sut.next_wake(), now_ + limits.longest_pause + limits.longest_pause / 4);
    EXPECT_EQ(wait(), joins);
  }
}

TEST_F(membership_machine_test, backs_off_while_its_combiner_and_the_controller_are_down) {
  start();
  placed(1);
  for (int greeting = 1; greeting <= 5; ++greeting) {
    wait();
  }
  std::int64_t before = 0;
  for (int round = 0; round < 4; ++round) {
    EXPECT_EQ(wait(), lines{"close controller"});
    EXPECT_EQ(told(sut.tick(now_)), lines{}) << "a wake may come early";
    const auto pause = (*sut.next_wake() - now_).count();
    EXPECT_GT(pause, before) << "each pause is longer";
    before = pause;
    EXPECT_EQ(wait().size(), 3u);
  }
}

TEST_F(membership_machine_test, waits_until_its_id_is_free) {
  start();
  EXPECT_EQ(refused(link::controller, errc::client_id_taken, 0, milliseconds{3000}),
            (lines{"turned away client_id_taken", "close controller"}));
  EXPECT_GE(*sut.next_wake(), at(3000));
  EXPECT_EQ(wait(), joins);
}

TEST_F(membership_machine_test, tries_a_full_combiner_again_before_it_asks_for_another) {
  start();
  placed(1);
  EXPECT_EQ(refused(link::combiner, errc::busy), lines{"close combiner"});
  EXPECT_EQ(wait().back(), "send combiner: hello a ticket 1");
}

TEST_F(membership_machine_test, introduces_itself_anew_on_request) {
  EXPECT_EQ(told(sut.greet_again(at(0))), lines{}) << "nobody to greet";
  become_member();
  EXPECT_EQ(told(sut.greet_again(at(0))),
            (lines{"detached unavailable", "close combiner", "open combiner b:1", "send combiner: hello a ticket 1"}));
  EXPECT_EQ(welcomed(), lines{"attached to combiner-1"});
}

TEST_F(membership_machine_test, leaves_with_a_goodbye) {
  become_member();
  EXPECT_EQ(told(sut.leave("bye")), (lines{"send combiner: goodbye", "close combiner"}));
  EXPECT_FALSE(sut.next_wake());
  EXPECT_EQ(tick(100000), lines{});
}

TEST_F(membership_machine_test, leaves_without_words_while_it_joins) {
  start();
  EXPECT_EQ(told(sut.leave("bye")), lines{"close controller"});
}

TEST_F(membership_machine_test, ignores_what_is_not_for_it) {
  EXPECT_EQ(welcomed(), lines{});
  become_member();
  EXPECT_EQ(hears(link::combiner, domain::placement{}), lines{}) << "only the controller places";
  EXPECT_EQ(hears(link::controller, domain::client_welcome{}), lines{});
  EXPECT_EQ(hears(link::combiner, domain::heartbeat{1}), lines{});
  EXPECT_EQ(hears(link::controller, domain::goodbye{}), lines{});
}

} // namespace fedloom::client
