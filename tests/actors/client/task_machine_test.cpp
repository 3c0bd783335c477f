#include "tests/actors/client/task_fixture.hpp"

namespace fedloom::client {

/// Tasks: fetched, run, cancelled, failed.
class task_machine_test : public task_fixture {};

TEST_F(task_machine_test, trains_with_the_model_that_came_with_the_task) {
  EXPECT_EQ(asked(1), lines{"run 1.1 train with 64B within 60000ms"});
  EXPECT_TRUE(sut.is_running());
  EXPECT_EQ(trains(1), lines{"send 1.1 offer 1 from model-1 64B of 10 examples +64B"});
  EXPECT_FALSE(sut.is_running());
  EXPECT_EQ(sut.kept(), 1u);
}

TEST_F(task_machine_test, fetches_a_large_model_before_it_trains) {
  EXPECT_EQ(asked_for_large(1), lines{"send get model-1 as 1 from 0 credit 2"});
  EXPECT_EQ(chunk(1, 0), lines{"send credit 1 +1"});
  EXPECT_EQ(chunk(1, 1), lines{});
  now = 1000;
  EXPECT_EQ(chunk(1, 2), lines{"run 1.1 train with 3145728B within 59000ms"});
}

TEST_F(task_machine_test, trains_with_the_bytes_that_it_fetched) {
  asked_for_large(1);
  chunk(1, 0);
  chunk(1, 1);
  auto payload = large_model().slice(2 * domain::chunk_bytes, domain::chunk_bytes);
  const domain::chunk last{domain::transfer_id{1}, 2, transfer::digest_of(payload.span())};
  const auto effects = sut.received(at(0), {{}, last, payload});
  ASSERT_EQ(effects.size(), 1u);
  EXPECT_EQ(std::get<work::run>(effects.front()).model, large_model());
}

TEST_F(task_machine_test, does_not_fetch_a_model_twice) {
  asked_for_large(1);
  fetch(1);
  fails_to_train(1);
  EXPECT_EQ(hears(round(2), task(validate, 1, three_chunks)), lines{"run 2.1 validate with 3145728B within 60000ms"});
}

TEST_F(task_machine_test, goes_on_with_a_fetch_that_a_broken_connection_stopped) {
  asked_for_large(1);
  chunk(1, 0);
  sut.detached();
  EXPECT_EQ(sut.next_wake(), at(60000)) << "nobody to ask: only the task's deadline is left";
  now = 100;
  EXPECT_EQ(attach(), lines{"send get model-1 as 1 from 1 credit 2"});
  chunk(1, 1);
  EXPECT_EQ(chunk(1, 2).size(), 1u);
}

TEST_F(task_machine_test, asks_again_for_a_fetch_that_stalls) {
  asked_for_large(1);
  now = 1000;
  chunk(1, 0);
  EXPECT_EQ(sut.next_wake(), at(4000));
  now = 3999;
  EXPECT_EQ(tick(), lines{});
  now = 4000;
  EXPECT_EQ(tick(), lines{"send get model-1 as 1 from 1 credit 2"});
  EXPECT_EQ(sut.next_wake(), at(7000));
}

TEST_F(task_machine_test, asks_for_a_missing_chunk) {
  asked_for_large(1);
  EXPECT_EQ(chunk(1, 1), lines{"send grant 1 from 0 credit 2"});
  EXPECT_EQ(chunk(9, 0), lines{}) << "of another transfer";
}

TEST_F(task_machine_test, fails_a_task_whose_model_arrives_damaged) {
  asked_for_large(1);
  auto payload = large_model().slice(0, domain::chunk_bytes);
  EXPECT_EQ(hears({}, domain::chunk{domain::transfer_id{1}, 0, {}}, payload),
            (lines{"send abort 1 digest_mismatch", "log 1.1 train failed digest_mismatch",
                   "send 1.1 train failed digest_mismatch"}));
  EXPECT_EQ(asked_for_large(1), lines{"send get model-1 as 2 from 0 credit 2"}) << "asked again, it tries again";
}

TEST_F(task_machine_test, fails_a_task_whose_model_is_longer_than_announced) {
  hears(round(1), task(train, 1, 64));
  EXPECT_EQ(chunk(1, 0).front(), "send abort 1 too_large");
}

TEST_F(task_machine_test, fails_a_task_whose_model_the_combiner_cannot_send_and_goes_on_with_the_next) {
  asked_for_large(1);
  asked_for_large(2);
  EXPECT_EQ(hears({}, domain::abort_transfer{domain::transfer_id{1}, {domain::errc::not_found, ""}}),
            (lines{"send abort 1 not_found", "log 1.1 train failed not_found", "send 1.1 train failed not_found",
                   "send get model-2 as 2 from 0 credit 2"}));
  EXPECT_EQ(hears({}, domain::abort_transfer{domain::transfer_id{9}, {}}), lines{});
}

TEST_F(task_machine_test, refuses_a_model_beyond_its_limit) {
  EXPECT_EQ(hears(round(1), task(train, 1, 11 * domain::chunk_bytes)), lines{"send 1.1 train failed too_large"});
}

TEST_F(task_machine_test, does_one_task_at_a_time) {
  asked(1);
  EXPECT_EQ(asked(2, validate), lines{});
  EXPECT_EQ(fails_to_train(1).back(), "run 2.1 validate with 64B within 60000ms");
}

TEST_F(task_machine_test, ignores_a_task_that_it_has_already) {
  asked(1);
  EXPECT_EQ(asked(1), lines{}) << "running";
  asked(2);
  EXPECT_EQ(asked(2), lines{}) << "waiting";
  EXPECT_EQ(fails_to_train(1).back(), "run 2.1 train with 64B within 60000ms");
  EXPECT_EQ(fails_to_train(2).size(), 2u) << "and that was all";
}

TEST_F(task_machine_test, gives_up_the_oldest_waiting_task_for_a_newer_one_and_says_so) {
  asked(1);
  asked(2);
  asked(3);
  EXPECT_EQ(asked(4), (lines{"log 2.1 train failed busy", "send 2.1 train failed busy"}));
  EXPECT_EQ(fails_to_train(1).back(), "send get model-3 as 1 from 0 credit 2") << "it holds one model, the last";
}

TEST_F(task_machine_test, forgets_a_waiting_task_whose_deadline_has_passed) {
  asked(1);
  asked(2);
  now = 60000;
  EXPECT_EQ(fails_to_train(1).back(), "log 2.1 train failed timed_out");
  EXPECT_FALSE(sut.is_running());
}

TEST_F(task_machine_test, does_not_wait_for_the_running_task_to_forget_one_whose_deadline_has_passed) {
  asked(1);
  asked_for_large(2);
  EXPECT_EQ(sut.next_wake(), at(60000));
  now = 60000;
  EXPECT_EQ(tick(), lines{"log 2.1 train failed timed_out"});
  EXPECT_FALSE(sut.next_wake());
}

TEST_F(task_machine_test, ends_a_fetch_that_never_ends_with_the_tasks_deadline) {
  asked_for_large(1);
  now = 59000;
  EXPECT_EQ(tick(), lines{"send get model-1 as 1 from 0 credit 2"});
  EXPECT_EQ(sut.next_wake(), at(60000));
  now = 60000;
  EXPECT_EQ(tick(), (lines{"log 1.1 train failed timed_out", "send abort 1 cancelled"}));
  EXPECT_FALSE(sut.next_wake());
}

TEST_F(task_machine_test, ends_a_fetch_that_waits_for_a_combiner_with_the_tasks_deadline) {
  asked_for_large(1);
  sut.detached();
  now = 60000;
  EXPECT_EQ(tick().front(), "log 1.1 train failed timed_out");
  EXPECT_EQ(attach(), lines{}) << "nothing is fetched";
}

TEST_F(task_machine_test, tells_a_running_task_how_much_time_is_left) {
  asked(1);
  asked(2, train, 1, 1);
  now = 20000;
  EXPECT_EQ(fails_to_train(1).back(), "run 2.1 train with 64B within 40000ms");
}

TEST_F(task_machine_test, stops_a_running_task_that_is_cancelled_and_drops_what_it_yields) {
  asked(1);
  EXPECT_EQ(cancelled(1, validate), lines{}) << "another task";
  EXPECT_EQ(cancelled(2), lines{});
  EXPECT_EQ(cancelled(1), lines{"stop"});
  EXPECT_EQ(cancelled(1), lines{}) << "once";
  EXPECT_EQ(trains(1), lines{"drop 1.1"}) << "it was stored before that was known";
  EXPECT_EQ(sut.kept(), 0u);
}

TEST_F(task_machine_test, gives_up_the_fetch_for_a_task_that_is_cancelled) {
  asked_for_large(1);
  chunk(1, 0);
  EXPECT_EQ(cancelled(1), lines{"send abort 1 cancelled"});
  EXPECT_EQ(chunk(1, 1), lines{});
  EXPECT_FALSE(sut.next_wake());
}

TEST_F(task_machine_test, fetches_for_the_next_task_when_the_first_is_cancelled) {
  asked_for_large(1);
  asked_for_large(2);
  EXPECT_EQ(cancelled(1), (lines{"send abort 1 cancelled", "send get model-2 as 2 from 0 credit 2"}));
}

TEST_F(task_machine_test, goes_on_with_a_fetch_that_another_task_needs_when_the_first_is_cancelled) {
  asked_for_large(1);
  hears(round(1), task(validate, 1, three_chunks));
  EXPECT_EQ(cancelled(1), lines{});
  EXPECT_EQ(fetch(1), lines{"run 1.1 validate with 3145728B within 60000ms"});
}

TEST_F(task_machine_test, says_nothing_of_a_cancelled_task_that_failed) {
  asked(1);
  cancelled(1);
  EXPECT_EQ(fails_to_train(1), lines{});
  asked(2, validate);
  cancelled(2, validate);
  EXPECT_EQ(validates(2), lines{});
}

TEST_F(task_machine_test, begins_the_next_task_only_when_the_cancelled_one_has_ended) {
  asked(1);
  cancelled(1);
  EXPECT_EQ(asked(2), lines{});
  EXPECT_EQ(fails_to_train(1), lines{"run 2.1 train with 64B within 60000ms"});
}

TEST_F(task_machine_test, does_a_cancelled_task_that_is_asked_for_again) {
  asked(1);
  cancelled(1);
  EXPECT_EQ(asked(1), lines{});
  EXPECT_EQ(fails_to_train(1), lines{"run 1.1 train with 64B within 60000ms"});
}

TEST_F(task_machine_test, forgets_a_waiting_task_that_is_cancelled) {
  asked(1);
  asked(2);
  EXPECT_EQ(cancelled(2), lines{});
  EXPECT_EQ(fails_to_train(1).size(), 2u);
}

TEST_F(task_machine_test, ends_what_runs_when_its_round_is_over) {
  asked(1);
  EXPECT_EQ(receipt(1, domain::receipt_verdict::not_needed), (lines{"log 1.1 receipt not_needed", "stop"}));
}

TEST_F(task_machine_test, reports_a_failure_to_the_log_and_to_the_combiner) {
  asked(1);
  EXPECT_EQ(fails_to_train(1),
            (lines{"log 1.1 train failed entry_point_failed", "send 1.1 train failed entry_point_failed"}));
  asked(2, validate);
  EXPECT_EQ(told(sut.validated(at(0), round(2), domain::failure(domain::errc::no_output, ""))),
            (lines{"log 2.1 validate failed no_output", "send 2.1 validate failed no_output"}));
}

TEST_F(task_machine_test, works_on_while_it_is_detached_and_tries_again_what_failed_there) {
  asked(1);
  sut.detached();
  EXPECT_EQ(fails_to_train(1), lines{"log 1.1 train failed entry_point_failed"});
  attach();
  EXPECT_EQ(asked(1), lines{"run 1.1 train with 64B within 60000ms"});
}

TEST_F(task_machine_test, begins_a_fetch_that_waited_for_the_combiner_when_it_is_attached) {
  asked(1);
  asked_for_large(2);
  sut.detached();
  EXPECT_EQ(fails_to_train(1), lines{"log 1.1 train failed entry_point_failed"});
  EXPECT_EQ(attach(), lines{"send get model-2 as 1 from 0 credit 2"});
}

TEST_F(task_machine_test, answers_a_validation) {
  EXPECT_EQ(asked(1, validate), lines{"run 1.1 validate with 64B within 60000ms"});
  EXPECT_EQ(validates(1), lines{"send 1.1 validation of 30 examples"});
}

TEST_F(task_machine_test, answers_a_repeated_validation_without_doing_it_again) {
  asked(1, validate);
  sut.detached();
  EXPECT_EQ(validates(1), lines{});
  attach();
  EXPECT_EQ(asked(1, validate), lines{"send 1.1 validation of 30 examples"});
}

TEST_F(task_machine_test, ignores_results_that_nobody_waits_for) {
  EXPECT_EQ(trains(1), lines{});
  asked(1);
  EXPECT_EQ(trains(2), lines{});
  EXPECT_EQ(validates(1), lines{}) << "it trains";
  EXPECT_TRUE(sut.is_running());
}

TEST_F(task_machine_test, ignores_messages_that_are_not_for_tasks) {
  EXPECT_EQ(hears(round(1), domain::heartbeat{1}), lines{});
}

} // namespace fedloom::client
