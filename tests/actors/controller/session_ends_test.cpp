#include "tests/actors/controller/session_fixture.hpp"

namespace fedloom::controller {
namespace {

using domain::errc;
using testing::HasSubstr;

/// Stops in every stage, attempts that fail, and sessions that fail with them.
class session_ends_test : public session_machine_fixture {
protected:
  /// The collection closes with these contributions only.
  std::string answered_by(const std::vector<std::string>& clients) {
    progress(last_plan, static_cast<std::uint32_t>(clients.size()));
    auto text = partial(last_plan, clients);
    return clients.empty() ? text : merged();
  }
  /// The last plan that this combiner was sent.
  std::string declined(const std::string& combiner, errc reason) {
    return from(combiner, domain::plan_declined{plans.at(combiner), {reason, ""}});
  }
};

TEST_F(session_ends_test, stops_while_its_model_is_loaded) {
  create("s", options(1));
  begin("s");
  EXPECT_EQ(stop("s"), "store{s Terminated 0 m1} | drop_sum | session_done Terminated cancelled | reply 3 Terminated");
  EXPECT_EQ(loaded(1), "");
}

TEST_F(session_ends_test, stops_while_it_waits_for_clients) {
  create("s", options(1));
  begin("s");
  loaded(1);
  EXPECT_THAT(stop("s"), HasSubstr("store{s Terminated 0 m1}"));
  EXPECT_EQ(sut->next_wake(), std::nullopt);
}

TEST_F(session_ends_test, stops_while_it_collects_and_tells_the_combiners) {
  running(options(1));
  EXPECT_EQ(stop("s"), "store{round 1.1 #1 Terminated, s Terminated 0 m1} | ->b1 closed T not_needed | drop_sum | "
                       "session_done Terminated cancelled | reply 3 Terminated");
  EXPECT_EQ(partial(last_plan, {"c1"}), "->b1 closed T not_needed");
}

TEST_F(session_ends_test, stops_while_it_averages_and_ignores_the_average) {
  running(options(1));
  collected();
  EXPECT_THAT(stop("s"), HasSubstr("store{round 1.1 #1 Terminated, s Terminated 0 m1} | ->b1 closed T not_needed"));
  EXPECT_EQ(averaged(1), "");
  EXPECT_EQ(session().rounds_committed, 0u);
}

TEST_F(session_ends_test, stops_while_it_validates_and_the_round_is_done_nevertheless) {
  running(options(1, true));
  collected();
  averaged(1);
  EXPECT_EQ(stop("s"), "store{s Terminated 1 m11} | ->b1 closed V not_needed | round_done 1 | drop_sum | "
                       "session_done Terminated cancelled | reply 3 Terminated");
}

TEST_F(session_ends_test, a_queued_session_that_is_stopped_never_runs) {
  running(options(1));
  create("z", options(1));
  begin("z");
  EXPECT_EQ(stop("z"), "store{z Terminated 0 m1} | session_done Terminated cancelled | reply 3 Terminated");
  EXPECT_THAT(stop("s"), testing::Not(HasSubstr("load")));
}

TEST_F(session_ends_test, the_next_in_the_queue_runs_when_one_is_stopped) {
  running(options(1));
  create("z", options(1));
  begin("z");
  EXPECT_THAT(stop("s"), testing::EndsWith("store{z Started 0 m1} | load m1 | reply 3 Terminated"));
}

TEST_F(session_ends_test, a_missed_quorum_begins_another_attempt) {
  running(options(1));
  EXPECT_THAT(
      answered_by({"c1"}),
      testing::AllOf(testing::StartsWith("store{round 1.1 #1 Failed} | attempt_failed 1.1 quorum_missed | ->b1 closed"),
                     HasSubstr("not_needed | drop_sum | begin_sum 1.2 | store{round 1.2 #2 Open} | "
                               "->b1 plan T train m1 [c1,c2] 10000ms")));
  collected();
  EXPECT_THAT(averaged(1, 2), HasSubstr("round 1.2 #2 Finished m1>m11"));
}

TEST_F(session_ends_test, a_quorum_missed_twice_fails_attempt_and_session_in_one_batch) {
  running(options(1));
  answered_by({});
  EXPECT_EQ(answered_by({"c1"}), "store{round 1.2 #2 Failed, s Failed 0 m1} | attempt_failed 1.2 quorum_missed | "
                                 "->b1 closed T not_needed | drop_sum | session_done Failed quorum_missed");
  EXPECT_EQ(last_round().reason.code, domain::errc::quorum_missed);
}

TEST_F(session_ends_test, an_update_out_of_range_raises_the_exponents_of_the_next_attempt_only) {
  running(options(2));
  progress(last_plan, 1);
  auto part = partial_of(last_plan.lease.value(), {"c1"});
  part.failures = {{domain::client_id{"c2"}, {domain::errc::out_of_range, ""}, 2}};
  from("b1", part);
  merged();
  EXPECT_EQ(last_plan.scales.exponents, (std::vector<std::int32_t>{2, 3})) << "raised where it was lower";
  collected();
  averaged(1, 2);
  EXPECT_EQ(last_plan.scales.exponents, (std::vector<std::int32_t>{0, 3}));
}

TEST_F(session_ends_test, fails_when_clients_stay_away_for_a_round_timeout) {
  create("s", options(1));
  begin("s");
  loaded(1);
  EXPECT_EQ(tick(ms{9999}), "");
  EXPECT_EQ(tick(ms{10000}), "store{round 1.1 #1 Failed, s Failed 0 m1} | attempt_failed 1.1 no_clients | drop_sum | "
                             "session_done Failed no_clients");
  EXPECT_EQ(last_round().reason.code, domain::errc::no_clients) << "I-8: the record says why";
}

TEST_F(session_ends_test, fails_when_its_model_cannot_be_loaded) {
  create("s", options(1));
  begin("s");
  EXPECT_EQ(done(sut->loaded(moment(), model_number(1), domain::failure(domain::errc::storage_failed, ""))),
            "store{s Failed 0 m1} | drop_sum | session_done Failed storage_failed");
}

TEST_F(session_ends_test, an_average_that_fails_is_an_attempt_that_fails) {
  running(options(1));
  collected();
  const domain::round_key about{domain::session_id{"s"}, 1, 1};
  EXPECT_THAT(done(sut->averaged(moment(), about, domain::failure(domain::errc::not_finite, ""))),
              HasSubstr("attempt_failed 1.1 not_finite"));
  EXPECT_EQ(averaged(1), "") << "the first attempt's answer does not serve the second";
}

TEST_F(session_ends_test, a_combiner_that_declined_gets_no_other_plan_before_a_pause) {
  running(options(1));
  EXPECT_THAT(declined("b1", errc::timed_out),
              testing::AllOf(HasSubstr("attempt_failed 1.1 quorum_missed"), testing::Not(HasSubstr("plan"))));
  EXPECT_EQ(sut->next_wake(), at(ms{3000}));
  EXPECT_THAT(tick(ms{3000}), HasSubstr("->b1 plan T train m1 [c1,c2]"));
}

TEST_F(session_ends_test, the_other_combiners_go_on_meanwhile) {
  create("s", options(1));
  begin("s");
  done(sut->combiner_up(moment(), domain::combiner_id{"b2"}));
  done(sut->client_up(moment(), client_at("c3", "b2")));
  done(sut->client_up(moment(), client_at("c4", "b2")));
  fleet();
  loaded(1);
  declined("b2", errc::storage_full);
  EXPECT_THAT(declined("b1", errc::storage_full), testing::Not(HasSubstr("plan")));
  done(sut->combiner_up(moment(), domain::combiner_id{"b2"}));
  EXPECT_THAT(done(sut->client_up(moment(), client_at("c3", "b2"))), HasSubstr("->b2 plan T train m1 [c3,c4]"))
      << "one that comes up anew may be able again";
}

TEST_F(session_ends_test, a_combiner_whose_disk_stays_full_pauses_the_session_after_its_attempts) {
  running(options(1));
  declined("b1", errc::storage_full);
  tick(ms{3000});
  EXPECT_THAT(declined("b1", errc::storage_full),
              testing::AllOf(HasSubstr("s Paused 0 m1} | attempt_failed 1.2 quorum_missed"),
                             HasSubstr("session_changed Paused storage_full")));
  EXPECT_EQ(last_round().failures[0].reason.code, errc::storage_full) << "the record says who, and why";
}

TEST_F(session_ends_test, a_denied_aggregation_is_an_attempt_that_fails) {
  running(options(1));
  policy.denied = domain::gate_kind::aggregate;
  EXPECT_THAT(collected(), HasSubstr("attempt_failed 1.1 denied"));
}

TEST_F(session_ends_test, a_denied_selection_fails_the_session_before_anybody_is_asked) {
  create("s", options(1));
  begin("s");
  loaded(1);
  policy.denied = domain::gate_kind::selection;
  done(sut->combiner_up(moment(), domain::combiner_id{"b1"}));
  done(sut->client_up(moment(), client_at("c1", "b1")));
  EXPECT_EQ(done(sut->client_up(moment(), client_at("c2", "b1"))),
            "store{round 1.1 #1 Failed, s Failed 0 m1} | attempt_failed 1.1 denied | drop_sum | "
            "session_done Failed denied");
}

TEST_F(session_ends_test, a_deferred_selection_is_asked_for_again_and_only_then) {
  policy.deferred = {domain::gate_kind::selection, ms{2000}};
  create("s", options(1));
  begin("s");
  fleet();
  EXPECT_EQ(loaded(1), "");
  EXPECT_EQ(done(sut->client_up(moment(), client_at("c3", "b1"))), "") << "it said when to ask again";
  EXPECT_EQ(sut->next_wake(), at(ms{2000}));
  policy.deferred.reset();
  EXPECT_THAT(tick(ms{2000}), HasSubstr("->b1 plan T train m1 [c1,c2,c3]"));
}

TEST_F(session_ends_test, a_selection_that_is_deferred_for_a_round_timeout_fails_the_session) {
  policy.deferred = {domain::gate_kind::selection, ms{4000}};
  running(options(1));
  tick(ms{4000});
  tick(ms{8000});
  EXPECT_THAT(tick(ms{10000}), HasSubstr("session_done Failed denied")) << "I-8";
}

TEST_F(session_ends_test, a_round_that_nobody_answers_ends_by_its_deadline) {
  running(options(1));
  EXPECT_EQ(sut->next_wake(), at(ms{10000}));
  EXPECT_EQ(tick(ms{10000}), "->b1 close T");
  EXPECT_THAT(tick(ms{40000}), HasSubstr("attempt_failed 1.1 quorum_missed")) << "I-8";
}

} // namespace
} // namespace fedloom::controller
