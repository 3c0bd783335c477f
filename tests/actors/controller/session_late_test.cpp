#include "tests/actors/controller/session_fixture.hpp"

namespace fedloom::controller {
namespace {

using domain::errc;
using domain::late_rule;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// Sessions that admit updates which come after their round was closed.
class session_late_test : public session_machine_fixture {
protected:
  static domain::session_options admitting(late_rule rule, std::uint32_t rounds = 5) {
    auto wanted = options(rounds);
    wanted.min_clients = 1;
    wanted.late_updates = rule;
    wanted.round_buffer_size = rule == late_rule::buffered ? 1 : -1;
    return wanted;
  }
  static domain::contribution answer(const std::string& client, std::uint64_t weight, std::uint64_t examples,
                                     std::uint32_t from_round = 0) {
    return {domain::client_id{client}, weight, examples, {}, {}, from_round, from_round > 0 ? 1u : 0u};
  }
  /// The open part is handed in: these answers, and these clients still at work.
  std::string handed_in(const std::vector<domain::contribution>& answers, const std::vector<std::string>& late) {
    domain::partial what = partial_of(last_plan.lease.value(), {"any"});
    what.contributions = answers;
    for (const auto& one : late) {
      what.failures.push_back({domain::client_id{one}, {errc::late, ""}, 0});
    }
    from("b1", what);
    return merged();
  }
  /// Round 1 is committed with c1's update; c2 is still at work.
  void one_is_late(late_rule rule, std::uint32_t rounds = 5) {
    running(admitting(rule, rounds));
    tick(ms{10000});
    handed_in({answer("c1", 10240, 10)}, {"c2"});
    averaged(1);
  }
  std::uint64_t divisor_of(const session::effects& effects) const {
    return std::get<session::average>(effects.back()).divisor;
  }
};

TEST_F(session_late_test, weights_are_in_units_of_discounts_and_clients_may_go_on_after_the_deadline) {
  running(admitting(late_rule::carry));
  EXPECT_EQ(last_plan.late_patience, ms{20000}) << "round_timeout * max_staleness";
  EXPECT_EQ(last_plan.scales.total_weight, 20u * 1024u);
}

TEST_F(session_late_test, by_default_nothing_is_late_and_nothing_changes) {
  running(options(2));
  EXPECT_EQ(last_plan.late_patience, ms{0});
  EXPECT_EQ(last_plan.scales.total_weight, 20u);
}

TEST_F(session_late_test, who_is_still_at_work_is_carried_into_the_next_round_and_not_asked_anew) {
  running(admitting(late_rule::carry));
  tick(ms{10000});
  EXPECT_EQ(handed_in({answer("c1", 10240, 10)}, {"c2"}), "average 1.1");
  EXPECT_THAT(averaged(1), HasSubstr("->b1 plan T train m11 [c1] +c2@1.1*724 10000ms"));
  EXPECT_EQ(last_plan.carried[0].parent, model_number(1));
  EXPECT_EQ(last_plan.scales.total_weight, 10u * 1024u + 10u * 724u);
  EXPECT_EQ(last_round().parts[0].carried, last_plan.carried) << "a restart finds it";
}

TEST_F(session_late_test, a_late_update_is_listed_with_the_round_it_comes_from) {
  one_is_late(late_rule::carry);
  progress(last_plan, 2);
  handed_in({answer("c1", 10240, 10), answer("c2", 7240, 10, 1)}, {});
  averaged(2);
  const auto record = store->rounds_of(domain::session_id{"s"})[1];
  EXPECT_EQ(record.weight, 17480u) << "I-6";
  EXPECT_EQ(record.contributions[1].from_round, 1u);
  EXPECT_THAT(last_plan.carried, testing::IsEmpty()) << "it has answered";
}

TEST_F(session_late_test, who_is_late_again_keeps_its_key_and_pays_for_each_round) {
  one_is_late(late_rule::carry);
  now = ms{20000};
  tick(ms{20000});
  handed_in({answer("c1", 10240, 10)}, {"c2"});
  EXPECT_THAT(averaged(2), HasSubstr("[c1] +c2@1.1*591 "));
}

TEST_F(session_late_test, who_is_later_than_max_staleness_is_asked_anew) {
  one_is_late(late_rule::carry);
  for (std::uint32_t round = 2; round <= 3; ++round) {
    tick(ms{10000 * round});
    handed_in({answer("c1", 10240, 10)}, {"c2"});
    averaged(round);
  }
  EXPECT_THAT(last_plan.carried, testing::IsEmpty());
  EXPECT_EQ(last_plan.cohort.size(), 2u);
}

TEST_F(session_late_test, who_is_away_when_the_next_round_opens_is_not_carried) {
  running(admitting(late_rule::carry));
  tick(ms{10000});
  handed_in({answer("c1", 10240, 10)}, {"c2"});
  sut->client_down(domain::client_id{"c2"});
  averaged(1);
  EXPECT_THAT(last_plan.carried, testing::IsEmpty());
  EXPECT_EQ(last_plan.cohort.size(), 1u);
}

TEST_F(session_late_test, who_is_carried_counts_as_asked) {
  auto wanted = admitting(late_rule::carry);
  wanted.requested_clients = 2;
  running(wanted);
  done(sut->client_up(moment(), client_at("c3", "b1")));
  done(sut->client_up(moment(), client_at("c4", "b1")));
  tick(ms{10000});
  handed_in({answer("c1", 10240, 10)}, {"c2"});
  averaged(1);
  EXPECT_EQ(last_plan.carried.size(), 1u);
  EXPECT_EQ(last_plan.cohort.size(), 1u);
}

TEST_F(session_late_test, the_next_attempt_carries_at_no_discount_and_takes_late_updates_along) {
  one_is_late(late_rule::carry);
  progress(last_plan, 2);
  sut->received(moment(), domain::combiner_id{"b1"}, {});
  policy.denied = domain::gate_kind::aggregate;
  const auto text = handed_in({answer("c2", 7240, 10, 1)}, {"c1"});
  EXPECT_THAT(text, AllOf(HasSubstr("attempt_failed 2.1"), HasSubstr("[] +c1@2.1*1024 +c2@1.1*724 ")));
}

TEST_F(session_late_test, buffered_rounds_end_with_k_answers_whosever_they_are) {
  running(admitting(late_rule::buffered));
  EXPECT_EQ(progress(last_plan, 1, 1), "->b1 close T");
  handed_in({answer("c1", 10240, 10)}, {"c2"});
  EXPECT_THAT(averaged(1), HasSubstr("[c1] +c2@1.1*724"));
  EXPECT_EQ(progress(last_plan, 1, 1), "->b1 close T");
  handed_in({answer("c2", 7240, 10, 1)}, {"c1"});
  EXPECT_THAT(averaged(2), HasSubstr("[c2] +c1@2.1*724"));
}

TEST_F(session_late_test, only_buffered_rounds_divide_by_the_undiscounted_weights) {
  for (const auto& [rule, divisor] : {std::pair{late_rule::carry, 0u}, {late_rule::buffered, 20u * 1024u}}) {
    store = storage::make_memory_round_store();
    begin_anew(domain::term{1});
    now = ms{0};
    one_is_late(rule);
    auto what = partial_of(last_plan.lease.value(), {"any"});
    what.contributions = {answer("c1", 10240, 10), answer("c2", 7240, 10, 1)};
    progress(last_plan, 2);
    from("b1", what);
    const auto effects = sut->sum_merged(moment(), last_plan.lease);
    EXPECT_EQ(divisor_of(effects), divisor);
  }
}

TEST_F(session_late_test, after_the_last_round_nobody_is_waited_for) {
  running(admitting(late_rule::carry, 1));
  EXPECT_EQ(last_plan.late_patience, ms{1});
  EXPECT_EQ(last_plan.scales.total_weight, 20u * 1024u) << "in the unit of all rounds";
  tick(ms{10000});
  handed_in({answer("c1", 10240, 10)}, {"c2"});
  EXPECT_THAT(averaged(1), AllOf(HasSubstr("->b1 closed T counted"), HasSubstr("->b1 closed T not_needed | drop_sum | "
                                                                               "session_done Finished")))
      << "said again, it ends the work of who is late";
  EXPECT_THAT(partial(last_plan, {}), HasSubstr("T counted")) << "for it did";
}

TEST_F(session_late_test, a_stop_ends_the_work_of_who_is_late_in_whatever_stage) {
  running(admitting(late_rule::carry));
  const auto first = last_plan;
  tick(ms{10000});
  handed_in({answer("c1", 10240, 10)}, {"c2"});
  sut->client_down(domain::client_id{"c1"});
  sut->client_down(domain::client_id{"c2"});
  averaged(1); // gathering now
  EXPECT_THAT(stop("s"), HasSubstr("->b1 closed T not_needed"));
}

TEST_F(session_late_test, after_a_restart_the_next_round_carries_them_all_the_same) {
  one_is_late(late_rule::carry);
  auto only_first = storage::make_memory_round_store();
  EXPECT_TRUE(only_first->write({.sessions = store->sessions(), .rounds = {store->rounds()[0]}}));
  store = std::move(only_first); // the second round's record was not written any more
  begin_anew(domain::term{2});
  done(sut->start(moment()));
  fleet();
  EXPECT_THAT(loaded(11), HasSubstr("->b1 plan T train m11 [c1] +c2@1.1*724"));
}

TEST_F(session_late_test, after_a_restart_in_mid_round_the_plan_is_the_same) {
  one_is_late(late_rule::carry);
  begin_anew(domain::term{2});
  done(sut->start(moment()));
  fleet();
  EXPECT_THAT(loaded(11), HasSubstr("->b1 plan T train m11 [c1] +c2@1.1*724"));
  EXPECT_EQ(last_plan.late_patience, ms{20000});
}

TEST_F(session_late_test, validations_are_never_late) {
  auto wanted = admitting(late_rule::carry);
  wanted.validate = true;
  running(wanted);
  tick(ms{10000});
  handed_in({answer("c1", 10240, 10)}, {"c2"});
  averaged(1);
  EXPECT_EQ(last_validation_plan.late_patience, ms{0});
  EXPECT_THAT(last_validation_plan.carried, testing::IsEmpty());
}

TEST_F(session_late_test, more_weight_than_can_be_summed_fails_the_session_and_says_so) {
  create("s", admitting(late_rule::carry));
  begin("s");
  done(sut->combiner_up(moment(), domain::combiner_id{"b1"}));
  done(sut->client_up(moment(), client_at("c1", "b1", std::uint64_t{1} << 41)));
  EXPECT_THAT(loaded(1), AllOf(HasSubstr("attempt_failed 1.1 bad_weight"), Not(HasSubstr("plan"))));
}

} // namespace
} // namespace fedloom::controller
