#include "tests/actors/combiner/collection_fixture.hpp"

namespace fedloom::combiner {

/// Sessions in which late updates count, and combiners that are about to end.
class collection_late_test : public collection_fixture {
protected:
  collection_late_test() { plan.late_patience = domain::milliseconds{120000}; }

  /// Client late owes the answer to attempt 1 of round 3; this is round 4.
  void collect_with_a_carried_one(const std::vector<std::string>& cohort) {
    plan.carried = {{id("late"), 3, 1, test::id_of<domain::model_id>(7), 724}};
    for (const auto& client : cohort) {
      plan.cohort.push_back(id(client));
    }
    sut.emplace(domain::round_key{domain::session_id{"s"}, 4, 1}, plan, limits, staging, policy, at(now));
    sut->plan_journalled(at(now));
    for (const auto& client : cohort) {
      came(client);
    }
    came("late");
  }
  domain::offer late_offer() const {
    auto what = offer(9);
    what.parent = test::id_of<domain::model_id>(7);
    return what;
  }
  const domain::round_key third{domain::session_id{"s"}, 3, 1};
};

TEST_F(collection_late_test, gives_its_clients_the_time_until_they_would_be_too_late) {
  open({"a"});
  came("a");
  EXPECT_EQ(ready(), lines{"send a: task train model-1 180000ms"});
}

TEST_F(collection_late_test, weighs_in_units_of_the_full_discount) {
  collect({"a"});
  offers("a");
  EXPECT_EQ(upload("a"), lines{"fold a x10240 in 3"});
}

TEST_F(collection_late_test, lets_who_is_still_at_work_go_on_when_it_is_closed) {
  collect({"a", "b", "c"});
  accept("a");
  offers("b");
  EXPECT_EQ(close(), lines{"freeze"});
  EXPECT_EQ(staging.used(), 0u);
  EXPECT_EQ(frozen(24), lines{"report partial weight 10240 sum 24B, a x10240, b late, c late"});
  EXPECT_EQ(offers("b"), lines{}) << "the next plan says what becomes of it";
  EXPECT_EQ(told(sut->closed(true)), lines{"send a: receipt counted"});
  EXPECT_EQ(sut->late().size(), 2u);
}

TEST_F(collection_late_test, ends_everybodys_work_in_the_last_round_though_weights_keep_their_unit) {
  plan.late_patience = domain::milliseconds{1};
  collect({"a", "b"});
  accept("a");
  EXPECT_EQ(close(), (lines{"send b: cancel train", "freeze"}));
  EXPECT_EQ(frozen(24), lines{"report partial weight 10240 sum 24B, a x10240, b late"});
  EXPECT_EQ(told(sut->closed(true)), (lines{"send a: receipt counted", "send b: receipt not_needed"}));
}

TEST_F(collection_late_test, ends_everybodys_work_when_its_session_is_stopped) {
  collect_with_a_carried_one({"a"});
  ready();
  const auto effects = sut->closed(false);
  EXPECT_EQ(told(effects), (lines{"send a: receipt not_needed", "send late: receipt not_needed"}));
  EXPECT_EQ(std::get<collection::send>(effects.back()).about, third);
  EXPECT_TRUE(sut->late().empty());
}

TEST_F(collection_late_test, asks_a_carried_client_for_the_update_of_its_own_round) {
  collect_with_a_carried_one({"a"});
  const auto effects = sut->model_ready(at(now), some_bytes(64));
  EXPECT_EQ(told(effects),
            (lines{"send a: task train model-1 180000ms +64B", "send late: task train model-7 180000ms"}));
  EXPECT_EQ(std::get<collection::send>(effects.back()).about, third);
  EXPECT_TRUE(sut->expects(id("late"), third));
  EXPECT_FALSE(sut->expects(id("late"), sut->round()));
}

TEST_F(collection_late_test, folds_a_carried_update_at_its_discount_and_says_from_which_model_it_is) {
  collect_with_a_carried_one({"a", "b"});
  ready();
  accept("a");
  offers("late", late_offer());
  EXPECT_EQ(upload("late"), lines{"fold late x7240 in 3"});
  folded("late");
  const auto told_late = sut->journalled(at(now), id("late"));
  EXPECT_EQ(std::get<collection::send>(told_late[1]).about, third) << "its receipts bear its own key";
  EXPECT_EQ(close(), lines{"freeze"});
  const auto effects = sut->frozen(some_bytes(24), {});
  const auto& part = std::get<domain::partial>(std::get<collection::report>(effects.front()).what);
  EXPECT_EQ(part.weight, 17480u);
  EXPECT_EQ(part.parents, (std::vector<domain::parent_weight>{{test::id_of<domain::model_id>(1), 10240},
                                                              {test::id_of<domain::model_id>(7), 7240}}));
  ASSERT_EQ(part.contributions.size(), 2u);
  EXPECT_EQ(part.contributions[1].client, id("late"));
  EXPECT_EQ(part.contributions[1].from_round, 3u);
  EXPECT_EQ(part.contributions[1].from_attempt, 1u);
  EXPECT_EQ(part.contributions[0].from_round, 0u);
  EXPECT_TRUE(sut->accepted().contains({third, id("late")}));
}

TEST_F(collection_late_test, names_no_parents_when_all_is_from_this_rounds_model) {
  collect_with_a_carried_one({"a"});
  ready();
  accept("a");
  close();
  const auto effects = sut->frozen(some_bytes(24), {});
  EXPECT_TRUE(std::get<domain::partial>(std::get<collection::report>(effects.front()).what).parents.empty());
}

TEST_F(collection_late_test, refuses_a_carried_update_from_another_model_than_its_rounds) { // I-9
  collect_with_a_carried_one({"a"});
  ready();
  EXPECT_EQ(offers("late", offer()).front(), "refused late wrong_parent");
  EXPECT_EQ(offers("a", late_offer()).front(), "refused a wrong_parent");
}

TEST_F(collection_late_test, cancels_nobody_when_the_combiner_is_about_to_end) {
  plan.late_patience = domain::milliseconds{0};
  collect({"a", "b", "c"});
  accept("a");
  offers("b");
  EXPECT_EQ(told(sut->close(at(now), collection::closing::draining)), lines{"freeze"});
  EXPECT_EQ(frozen(24), lines{"report partial weight 10 sum 24B, a x10, b draining, c draining"});
  EXPECT_EQ(offers("b"), lines{}) << "its next combiner takes it";
  EXPECT_EQ(told(sut->closed(true)), lines{"send a: receipt counted"});
}

} // namespace fedloom::combiner
