#include "tests/actors/controller/session_fixture.hpp"

namespace fedloom::controller {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// Clients are lost in the midst of a round: when the session waits for them, and when it tries again.
class session_outage_test : public session_machine_fixture {
protected:
  /// c2 has answered, c1 was lost.
  std::string lose_one() {
    sut->client_down(domain::client_id{"c1"});
    auto what = partial_of(last_plan.lease.value(), {"c2"});
    what.failures.push_back({domain::client_id{"c1"}, {domain::errc::client_lost, ""}, 0});
    from("b1", what);
    return merged();
  }
  std::string comes(const std::string& client) { return done(sut->client_up(moment(), client_at(client, "b1"))); }
};

TEST_F(session_outage_test, a_session_that_needs_all_waits_for_who_was_lost) {
  running(options(1));
  EXPECT_EQ(lose_one(), "awaited c1");
  now = ms{4000};
  EXPECT_EQ(comes("c1"), "");
  EXPECT_EQ(tick(ms{4200}), "store{round 1.1 #1 Open} | ->b1 plan T train m1 [c1] 5800ms");
  progress(last_plan, 1);
  partial(last_plan, {"c1"});
  EXPECT_EQ(merged(), "average 1.1") << "the first attempt";
}

TEST_F(session_outage_test, who_is_back_before_its_part_has_come_is_asked_at_once) {
  running(options(1));
  auto what = partial_of(last_plan.lease.value(), {"c2"});
  what.failures.push_back({domain::client_id{"c1"}, {domain::errc::client_lost, ""}, 0});
  from("b1", what);
  EXPECT_EQ(merged(), "awaited c1");
  EXPECT_EQ(tick(ms{200}), "store{round 1.1 #1 Open} | ->b1 plan T train m1 [c1] 9800ms");
}

TEST_F(session_outage_test, a_session_with_others_to_ask_tries_again_with_them) {
  running(options(1));
  comes("c3");
  EXPECT_THAT(lose_one(), AllOf(HasSubstr("round 1.1 #1 Failed"), HasSubstr("plan T train m1 [c2,c3]")));
}

TEST_F(session_outage_test, it_waits_until_the_deadline_and_no_longer) {
  auto wanted = options(1);
  wanted.round_attempts = 1;
  running(wanted);
  lose_one();
  EXPECT_EQ(sut->next_wake(), at(ms{10000}));
  EXPECT_THAT(tick(ms{10000}), HasSubstr("s Failed 0 m1}")) << "I-8";
  EXPECT_EQ(last_round().failures.size(), 1u);
}

TEST_F(session_outage_test, whoever_stops_it_does_not_wait) {
  running(options(1));
  lose_one();
  EXPECT_THAT(stop("s"), HasSubstr("->b1 closed T not_needed"));
}

TEST_F(session_outage_test, a_controller_that_dies_while_it_waits_waits_again) {
  running(options(1));
  lose_one();
  begin_anew(domain::term{2});
  done(sut->start(moment()));
  done(sut->combiner_up(moment(), domain::combiner_id{"b1"}));
  comes("c2");
  EXPECT_EQ(loaded(1), "begin_sum 1.1 | ->b1 plan T train m1 [c1,c2] 10000ms");
  EXPECT_EQ(lose_one(), "awaited c1");
  comes("c1");
  EXPECT_EQ(tick(ms{200}), "store{round 1.1 #1 Open} | ->b1 plan T train m1 [c1] 9800ms");
}

} // namespace
} // namespace fedloom::controller
