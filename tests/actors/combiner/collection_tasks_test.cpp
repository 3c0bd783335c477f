#include "tests/actors/combiner/collection_fixture.hpp"

namespace fedloom::combiner {

/// Tasks, presence, validations and progress.
class collection_tasks_test : public collection_fixture {};

TEST_F(collection_tasks_test, asks_its_clients_when_the_model_is_here) {
  open({"a", "b"});
  EXPECT_EQ(came("a"), lines{});
  EXPECT_EQ(ready(), lines{"send a: task train model-1 60000ms"});
  now = 1000;
  EXPECT_EQ(came("b"), lines{"send b: task train model-1 59000ms"});
  EXPECT_EQ(ready(), lines{}) << "once";
}

TEST_F(collection_tasks_test, sends_a_small_model_along_with_the_task) {
  open({"a"});
  came("a");
  EXPECT_EQ(told(sut->model_ready(at(0), some_bytes(64))), lines{"send a: task train model-1 60000ms +64B"});
}

TEST_F(collection_tasks_test, asks_nobody_outside_of_its_part) {
  collect({"a"});
  EXPECT_EQ(came("stranger"), lines{});
  EXPECT_EQ(left("stranger"), lines{});
  EXPECT_EQ(fails("stranger"), lines{});
  EXPECT_FALSE(sut->expects(id("stranger"), sut->round()));
  EXPECT_TRUE(sut->expects(id("a"), sut->round()));
  EXPECT_FALSE(sut->expects(id("a"), {domain::session_id{"s"}, 2, 1})) << "another round";
}

TEST_F(collection_tasks_test, asks_again_a_client_that_says_hello_again) {
  collect({"a"});
  EXPECT_EQ(came("a"), lines{"send a: task train model-1 60000ms"}) << "it may be a new process";
}

TEST_F(collection_tasks_test, asks_nobody_after_the_deadline) {
  collect({"a", "b"});
  now = 60000;
  EXPECT_EQ(came("a"), lines{});
}

TEST_F(collection_tasks_test, reports_a_failed_task_once) {
  collect({"a", "b"});
  EXPECT_EQ(fails("a"), (lines{"failed a entry_point_failed", "report progress 0 accepted 1 failed 1 pending"}));
  EXPECT_EQ(fails("a"), lines{});
  EXPECT_EQ(fails("b", domain::task_kind::validate), lines{}) << "not what it was asked for";
}

TEST_F(collection_tasks_test, takes_no_failure_of_a_task_that_it_did_not_give) {
  open({"a"});
  came("a");
  EXPECT_EQ(fails("a"), lines{}) << "of a former life of this combiner";
  EXPECT_EQ(ready(), lines{"send a: task train model-1 60000ms"});
}

TEST_F(collection_tasks_test, fails_a_client_that_is_lost_and_asks_it_again_when_it_is_back) {
  collect({"a", "b"});
  EXPECT_EQ(left("a"), (lines{"failed a client_lost", "report progress 0 accepted 1 failed 1 pending"}));
  EXPECT_EQ(left("a"), lines{});
  EXPECT_EQ(came("a"), (lines{"send a: task train model-1 60000ms", "report progress 0 accepted 0 failed 2 pending"}));
}

TEST_F(collection_tasks_test, does_not_ask_again_who_failed_for_another_reason) {
  collect({"a"});
  fails("a");
  EXPECT_EQ(came("a"), lines{});
}

TEST_F(collection_tasks_test, keeps_the_work_of_a_client_that_leaves_after_it_answered) {
  collect({"a", "b"});
  offers("a");
  upload("a");
  EXPECT_EQ(left("a"), lines{}) << "being checked";
  folded("a");
  EXPECT_EQ(left("a"), lines{}) << "accepted";
  EXPECT_EQ(came("a"), lines{});
}

TEST_F(collection_tasks_test, fails_who_never_came_after_the_absence_limit) {
  open({"a", "b"});
  ready();
  EXPECT_EQ(sut->next_wake(), at(3000));
  now = 2999;
  EXPECT_EQ(tick(), lines{});
  now = 3000;
  EXPECT_EQ(tick(),
            (lines{"failed a client_lost", "failed b client_lost", "report progress 0 accepted 2 failed 0 pending"}));
  EXPECT_FALSE(sut->next_wake());
  EXPECT_EQ(came("b"), (lines{"send b: task train model-1 57000ms", "report progress 0 accepted 1 failed 1 pending"}))
      << "late, but welcome";
}

TEST_F(collection_tasks_test, batches_progress_and_makes_good_for_it_by_its_timer) {
  limits.report_pause = domain::milliseconds{20};
  collect({"a", "b", "c", "d"});
  EXPECT_EQ(fails("a").back(), "report progress 0 accepted 1 failed 3 pending");
  now = 5;
  EXPECT_EQ(fails("b"), lines{"failed b entry_point_failed"});
  EXPECT_EQ(sut->next_wake(), at(20));
  EXPECT_EQ(tick(), lines{}) << "a wake may come early";
  now = 20;
  EXPECT_EQ(tick(), lines{"report progress 0 accepted 2 failed 2 pending"});
  EXPECT_FALSE(sut->next_wake());
}

TEST_F(collection_tasks_test, reports_at_once_when_nobody_is_pending_any_more) {
  limits.report_pause = domain::milliseconds{20};
  collect({"a", "b"});
  fails("a");
  now = 1;
  EXPECT_EQ(fails("b").back(), "report progress 0 accepted 2 failed 0 pending");
}

TEST_F(collection_tasks_test, answers_a_plan_that_comes_again_with_its_progress) {
  collect({"a", "b"});
  fails("a");
  EXPECT_EQ(told(sut->planned_again(at(now), plan)), lines{"report progress 0 accepted 1 failed 1 pending"});
}

TEST_F(collection_tasks_test, collects_validations) {
  plan.kind = domain::task_kind::validate;
  open({"a", "b", "c"});
  came("a");
  EXPECT_EQ(ready(), lines{"send a: task validate model-1 60000ms"});
  EXPECT_EQ(validates("a", 30), lines{"report progress 1 accepted 0 failed 2 pending"});
  EXPECT_EQ(validates("a", 30), lines{}) << "twice";
  EXPECT_EQ(validates("b", 0), lines{"report progress 2 accepted 0 failed 1 pending"})
      << "it need not be here any more";
  came("c");
  fails("c", domain::task_kind::validate);
  EXPECT_EQ(validates("c", 5), lines{"report progress 3 accepted 0 failed 0 pending"}) << "better late than never";
  EXPECT_EQ(close(), lines{"report partial weight 36 sum 0B, a x30, b x1, c x5"});
}

TEST_F(collection_tasks_test, keeps_what_validations_and_predictions_put_out_and_how_long_they_took) {
  plan.kind = domain::task_kind::predict;
  collect({"a"});
  now = 700;
  validates("a", 1, R"({"classes":[3,1]})");
  EXPECT_EQ(sut->contribution_of(id("a")).output, R"({"classes":[3,1]})");
  EXPECT_EQ(sut->contribution_of(id("a")).took, domain::milliseconds{700});
}

TEST_F(collection_tasks_test, notes_how_long_a_training_took_up_to_the_whole_update) {
  collect({"a"});
  now = 400;
  offers("a");
  now = 900;
  upload("a");
  EXPECT_EQ(sut->contribution_of(id("a")).took, domain::milliseconds{900});
}

TEST_F(collection_tasks_test, refuses_an_output_that_is_too_long) {
  plan.kind = domain::task_kind::validate;
  collect({"a", "b"});
  EXPECT_EQ(validates("a", 1, std::string(domain::output_bytes + 1, 'x')),
            (lines{"failed a too_large", "report progress 0 accepted 1 failed 1 pending"}));
  EXPECT_EQ(validates("b", 1, std::string(domain::output_bytes, 'x')),
            lines{"report progress 1 accepted 1 failed 0 pending"});
}

TEST_F(collection_tasks_test, holds_no_more_output_than_a_part_may_hand_over) {
  constexpr auto fit = domain::outputs_in_all_bytes / domain::output_bytes;
  std::vector<std::string> cohort;
  for (std::size_t i = 0; i <= fit; ++i) {
    cohort.push_back("c" + std::to_string(i));
  }
  plan.kind = domain::task_kind::validate;
  collect(cohort);
  const std::string longest(domain::output_bytes, 'x');
  for (std::size_t i = 0; i < fit; ++i) {
    EXPECT_EQ(validates(cohort[i], 1, longest).size(), 1u);
  }
  EXPECT_EQ(validates(cohort[fit], 1, "x").front(), "failed " + cohort[fit] + " too_large");
}

TEST_F(collection_tasks_test, takes_no_updates_for_a_validation_and_no_validations_for_training) {
  collect({"a"});
  EXPECT_EQ(told(sut->received(at(now), id("a"), domain::validation{30, {}}, {})), lines{});
  plan.kind = domain::task_kind::validate;
  plan.cohort.clear();
  collect({"a"});
  EXPECT_EQ(offers("a"), lines{"send a: receipt not_needed not_found"});
}

} // namespace fedloom::combiner
