#include "tests/actors/controller/session_fixture.hpp"

namespace fedloom::controller {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

/// Pause, resume and cancel in every stage, and over restarts.
class session_pause_test : public session_machine_fixture {
protected:
  std::string restarted() {
    begin_anew(domain::term{++term});
    return done(sut->start(moment()));
  }
  /// The open attempt ends without an answer.
  void missed() {
    progress(last_plan, 0);
    partial(last_plan, {});
  }
  std::uint64_t term = 1;
};

TEST_F(session_pause_test, a_pause_gives_the_round_up_and_is_answered_when_it_is_stored) {
  running(options(1));
  EXPECT_EQ(pause("s"), "store{round 1.1 #1 Terminated, s Paused 0 m1} | ->b1 closed T not_needed | drop_sum | "
                        "session_changed Paused paused | reply 3 Paused");
  EXPECT_EQ(last_round().reason.code, domain::errc::paused);
  EXPECT_EQ(sut->next_wake(), std::nullopt);
}

TEST_F(session_pause_test, a_resumed_session_begins_the_same_round_anew_under_the_next_attempt) {
  running(options(2));
  collected();
  averaged(1);
  pause("s");
  EXPECT_EQ(resume("s"), "store{s Started 1 m11} | load m11 | session_changed Started | reply 3 Started");
  EXPECT_EQ(loaded(11), "begin_sum 2.2 | store{round 2.2 #3 Open} | ->b1 plan T train m11 [c1,c2] 10000ms");
  collected();
  EXPECT_THAT(averaged(2, 2), HasSubstr("round 2.2 #3 Finished m11>m12"));
}

TEST_F(session_pause_test, pauses_do_not_count_against_the_attempts_of_a_round) {
  running(options(1));
  for (int i = 0; i < 3; ++i) {
    pause("s");
    resume("s");
    loaded(1);
  }
  missed();
  EXPECT_EQ(last_round().key.attempt, 5u) << "the fourth failed; its number was not given before";
  EXPECT_EQ(session().status, domain::session_status::running);
  missed();
  EXPECT_EQ(session().status, domain::session_status::failed) << "the second that failed is the last (I-8)";
}

TEST_F(session_pause_test, after_a_restart_it_is_still_paused_and_knows_its_attempts) {
  running(options(1));
  missed();
  pause("s");
  EXPECT_EQ(restarted(), "");
  EXPECT_THAT(resume("s"), StartsWith("store{s Started 0 m1} | load m1"));
  fleet();
  EXPECT_THAT(loaded(1), HasSubstr("store{round 1.3 #3 Open}"));
  missed();
  EXPECT_EQ(session().status, domain::session_status::failed) << "1.1 and 1.3 failed, 1.2 was paused";
}

TEST_F(session_pause_test, the_next_in_the_queue_runs_while_one_is_paused) {
  running(options(1));
  create("z", options(1));
  begin("z");
  EXPECT_THAT(pause("s"), EndsWith("store{z Started 0 m1} | load m1 | reply 3 Paused"));
  EXPECT_EQ(resume("s"), "store{s Queued 0 m1} | session_changed Queued | reply 3 Queued");
  loaded(1);
  collected();
  EXPECT_THAT(done(sut->averaged(moment(), {domain::session_id{"z"}, 1, 1}, head_model{model_number(11), 64, {0, 3}})),
              EndsWith("store{s Started 0 m1} | load m1"));
}

TEST_F(session_pause_test, a_queued_session_that_is_paused_leaves_the_queue) {
  running(options(1));
  create("z", options(1));
  begin("z");
  EXPECT_EQ(pause("z"), "store{z Paused 0 m1} | session_changed Paused paused | reply 3 Paused");
  EXPECT_THAT(stop("s"), testing::Not(HasSubstr("load")));
}

TEST_F(session_pause_test, while_averaging_the_average_is_ignored) {
  running(options(1));
  collected();
  pause("s");
  EXPECT_EQ(averaged(1), "");
  resume("s");
  loaded(1);
  EXPECT_EQ(averaged(1), "") << "1.1's average does not serve 1.2";
}

TEST_F(session_pause_test, before_its_model_is_loaded_the_combiners_of_an_earlier_life_are_told) {
  running(options(1));
  restarted();
  EXPECT_THAT(pause("s"), AllOf(StartsWith("store{round 1.1 #1 Terminated, s Paused 0 m1} | ->b1 closed T not_needed"),
                                EndsWith("reply 3 Paused")));
  EXPECT_EQ(loaded(1), "");
  EXPECT_EQ(progress(last_plan, 1, 1), "->b1 closed T not_needed");
}

TEST_F(session_pause_test, after_the_last_round_only_its_validation_is_given_up) {
  running(options(1, true));
  collected();
  averaged(1);
  EXPECT_THAT(pause("s"), HasSubstr("->b1 closed V not_needed | round_done 1"));
  resume("s");
  EXPECT_EQ(loaded(11), "store{s Finished 1 m11} | drop_sum | session_done Finished");
}

TEST_F(session_pause_test, a_needed_exponent_is_not_forgotten) {
  running(options(1));
  progress(last_plan, 1);
  auto part = partial_of(last_plan.lease.value(), {});
  part.failures = {{domain::client_id{"c2"}, {domain::errc::out_of_range, ""}, 2}};
  from("b1", part);
  pause("s");
  resume("s");
  loaded(1);
  EXPECT_EQ(last_plan.scales.exponents, (std::vector<std::int32_t>{2, 3}));
}

TEST_F(session_pause_test, cancels_whatever_has_not_ended) {
  running(options(1));
  EXPECT_THAT(cancel("s"),
              AllOf(StartsWith("store{round 1.1 #1 Terminated, s Cancelled 0 m1} | ->b1 closed T not_needed"),
                    EndsWith("session_done Cancelled cancelled | reply 3 Cancelled")));
  create("t", options(1));
  EXPECT_EQ(cancel("t"), "store{t Cancelled 0 m1} | session_done Cancelled cancelled | reply 3 Cancelled");
  create("u", options(1));
  begin("u");
  pause("u");
  EXPECT_THAT(cancel("u"), HasSubstr("store{u Cancelled 0 m1}"));
  EXPECT_EQ(restarted(), "");
}

TEST_F(session_pause_test, a_paused_session_can_be_stopped) {
  running(options(1));
  pause("s");
  EXPECT_THAT(stop("s"), HasSubstr("store{s Terminated 0 m1}"));
}

TEST_F(session_pause_test, what_makes_no_sense_now_is_refused_and_changes_nothing) {
  EXPECT_EQ(pause("s"), "reply 3 not_found");
  create("s", options(1));
  EXPECT_EQ(pause("s"), "reply 3 wrong_state") << "it has not been started";
  EXPECT_EQ(resume("s"), "reply 3 wrong_state");
  begin("s");
  EXPECT_EQ(resume("s"), "reply 3 wrong_state") << "it is not paused";
  pause("s");
  EXPECT_EQ(pause("s"), "reply 3 wrong_state");
  EXPECT_EQ(begin("s"), "reply 2 wrong_state") << "resume says it";
  policy.denied = domain::gate_kind::session_start;
  EXPECT_EQ(resume("s"), "reply 3 denied");
  EXPECT_EQ(session().status, domain::session_status::paused);
  cancel("s");
  for (const auto order : {session_order::stop, session_order::pause, session_order::resume, session_order::cancel}) {
    EXPECT_EQ(change("s", order), "reply 3 wrong_state") << "it has ended";
  }
}

// -- a disk that is full ----------------------------------------------------------

TEST_F(session_pause_test, a_model_that_finds_no_room_pauses_the_session_and_costs_no_attempt) {
  running(options(1));
  for (std::uint32_t attempt = 1; attempt <= 3; ++attempt) {
    collected();
    const domain::round_key about{domain::session_id{"s"}, 1, attempt};
    EXPECT_THAT(
        done(sut->averaged(moment(), about, domain::failure(domain::errc::storage_full, "no room"))),
        AllOf(HasSubstr("Failed, s Paused 0 m1} | attempt_failed 1." + std::to_string(attempt) + " storage_full"),
              EndsWith("session_changed Paused storage_full")));
    EXPECT_EQ(session().reason.code, domain::errc::storage_full) << "what REST shows";
    EXPECT_EQ(last_round().reason.code, domain::errc::storage_full);
    resume("s");
    loaded(1);
  }
  collected();
  EXPECT_THAT(averaged(1, 4), HasSubstr("round 1.4 #4 Finished m1>m11"));
}

TEST_F(session_pause_test, a_store_that_takes_nothing_pauses_what_was_running_in_its_next_life) {
  running(options(1));
  begin_anew(domain::term{1});
  EXPECT_EQ(done(sut->halt(moment(), {domain::errc::storage_full, "no room"})),
            "store{round 1.1 #1 Failed, s Paused 0 m1} | attempt_failed 1.1 storage_full | ->b1 closed T not_needed | "
            "drop_sum | session_changed Paused storage_full");
  resume("s");
  fleet();
  EXPECT_THAT(loaded(1), HasSubstr("store{round 1.2 #2 Open}"));
}

} // namespace
} // namespace fedloom::controller
