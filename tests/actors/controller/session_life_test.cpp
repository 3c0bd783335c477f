#include "tests/actors/controller/session_fixture.hpp"

namespace fedloom::controller {
namespace {

using testing::HasSubstr;

class session_life_test : public session_machine_fixture {};

TEST_F(session_life_test, a_session_is_stored_before_its_creation_is_answered) {
  EXPECT_EQ(create("s", options(2)), "store{s Created 0 m1} | reply 1 Created");
}

TEST_F(session_life_test, a_begun_session_loads_its_model_first) {
  create("s", options(2));
  EXPECT_EQ(begin("s"), "store{s Started 0 m1} | load m1 | reply 2 Started");
}

TEST_F(session_life_test, waits_for_min_clients_and_opens_the_round_with_the_last_of_them) {
  create("s", options(2));
  begin("s");
  EXPECT_EQ(loaded(1), "");
  EXPECT_EQ(sut->next_wake(), at(ms{10000}));
  done(sut->combiner_up(moment(), domain::combiner_id{"b1"}));
  EXPECT_EQ(done(sut->client_up(moment(), client_at("c1", "b1"))), "");
  EXPECT_EQ(done(sut->client_up(moment(), client_at("c2", "b1"))),
            "begin_sum 1.1 | store{round 1.1 #1 Open} | ->b1 plan T train m1 [c1,c2] 10000ms");
}

TEST_F(session_life_test, two_rounds_without_validation_from_seed_to_end) {
  running(options(2));
  EXPECT_EQ(progress(last_plan, 1, 1), "");
  EXPECT_EQ(progress(last_plan, 2), "->b1 close T");
  EXPECT_EQ(partial(last_plan, {"c1", "c2"}), "fetch T");
  EXPECT_EQ(merged(), "average 1.1");
  const auto first = last_plan.lease;
  EXPECT_THAT(averaged(1),
              testing::AllOf(
                  testing::StartsWith("store{round 1.1 #1 Finished m1>m11, s Started 1 m11, model m11} | ->b1 closed"),
                  HasSubstr("counted | round_done 1 | begin_sum 2.1 | store{round 2.1 #2 Open} | "
                            "->b1 plan T train m11 [c1,c2] 10000ms")));
  EXPECT_GT(last_plan.lease, first);
  EXPECT_EQ(collected(), "average 2.1");
  EXPECT_EQ(averaged(2), "store{round 2.1 #2 Finished m11>m12, s Started 2 m12, model m12} | ->b1 closed T counted | "
                         "round_done 2 | store{s Finished 2 m12} | drop_sum | session_done Finished");
  EXPECT_EQ(sut->next_wake(), std::nullopt);
}

TEST_F(session_life_test, records_form_one_chain_and_their_weight_is_the_sum_over_the_listed) {
  running(options(3));
  for (std::uint32_t round = 1; round <= 3; ++round) {
    collected();
    averaged(round);
  }
  auto head = model_number(1);
  std::uint32_t last = 0;
  for (const auto& record : store->rounds_of(domain::session_id{"s"})) {
    EXPECT_EQ(record.key.round, ++last) << "I-3";
    EXPECT_EQ(record.parent, head) << "I-3";
    EXPECT_EQ(record.contributions.size(), 2u);
    EXPECT_EQ(record.weight, 2u) << "I-6";
    head = record.model.value();
  }
  EXPECT_EQ(session().head, head);
  EXPECT_EQ(store->models().size(), 3u);
}

TEST_F(session_life_test, a_second_session_is_queued_and_runs_when_the_first_has_ended) {
  running(options(1));
  create("z", options(1));
  EXPECT_EQ(begin("z"), "store{z Queued 0 m1} | reply 2 Queued");
  collected();
  EXPECT_THAT(averaged(1), testing::EndsWith("session_done Finished | store{z Started 0 m1} | load m1"));
  EXPECT_EQ(loaded(1), "begin_sum 1.1 | store{round 1.1 #2 Open} | ->b1 plan T train m1 [c1,c2] 10000ms");
}

TEST_F(session_life_test, draws_only_as_many_clients_as_are_requested) {
  auto wanted = options(1);
  wanted.requested_clients = 2;
  create("s", wanted);
  begin("s");
  fleet();
  done(sut->client_up(moment(), client_at("c3", "b1")));
  loaded(1);
  EXPECT_EQ(last_plan.cohort.size(), 2u);
}

TEST_F(session_life_test, asks_more_clients_than_it_needs_and_takes_the_first_that_answer) {
  auto wanted = options(1);
  wanted.requested_clients = 2;
  wanted.over_selection = 0.4;
  create("s", wanted);
  begin("s");
  fleet();
  done(sut->client_up(moment(), client_at("c3", "b1")));
  done(sut->client_up(moment(), client_at("c4", "b1")));
  loaded(1);
  EXPECT_EQ(last_plan.cohort.size(), 3u) << "2 * 1.4, rounded up";
  EXPECT_EQ(progress(last_plan, 1, 2), "");
  EXPECT_EQ(progress(last_plan, 2, 1), "->b1 close T");
}

TEST_F(session_life_test, over_selection_is_bounded_by_who_is_there_and_round_buffer_size_goes_before_it) {
  auto wanted = options(1);
  wanted.requested_clients = 3;
  wanted.over_selection = 1;
  wanted.round_buffer_size = 2;
  create("s", wanted);
  begin("s");
  fleet();
  done(sut->client_up(moment(), client_at("c3", "b1")));
  loaded(1);
  EXPECT_EQ(last_plan.cohort.size(), 3u);
  EXPECT_EQ(progress(last_plan, 2, 1), "->b1 close T");
}

TEST_F(session_life_test, draws_nobody_whose_combiner_is_away) {
  create("s", options(1));
  begin("s");
  fleet();
  done(sut->client_up(moment(), client_at("c3", "b9")));
  loaded(1);
  EXPECT_EQ(last_plan.cohort.size(), 2u);
}

TEST_F(session_life_test, draws_nobody_whose_combiner_is_about_to_end) {
  create("s", options(1));
  begin("s");
  fleet();
  done(sut->combiner_up(moment(), domain::combiner_id{"b2"}));
  done(sut->client_up(moment(), client_at("c3", "b2")));
  done(sut->combiner_draining(moment(), domain::combiner_id{"b2"}));
  EXPECT_THAT(loaded(1), HasSubstr("[c1,c2]"));
  EXPECT_THAT(stop("s"), testing::Not(HasSubstr("b2")));
}

TEST_F(session_life_test, the_plan_bounds_the_weight_by_what_the_cohort_declared) {
  running(options(1));
  EXPECT_EQ(last_plan.scales.total_weight, 20u);
  EXPECT_EQ(last_plan.scales.exponents, (std::vector<std::int32_t>{0, 3}));
  EXPECT_EQ(last_round().scales, last_plan.scales);
}

TEST_F(session_life_test, answers_for_leases_of_closed_rounds) {
  running(options(2));
  const auto first = last_plan;
  collected();
  averaged(1);
  EXPECT_THAT(partial(first, {"c1", "c2"}), HasSubstr(" counted"));
  domain::round_plan unknown;
  unknown.lease = domain::lease_id{77};
  EXPECT_EQ(progress(unknown, 1), "->b1 closed L77 not_needed");
}

} // namespace
} // namespace fedloom::controller
