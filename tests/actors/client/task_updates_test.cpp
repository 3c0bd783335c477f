#include "tests/actors/client/task_fixture.hpp"

namespace fedloom::client {

using domain::errc;
using domain::receipt_verdict;

/// Updates: kept, offered, sent, and dropped (I-5).
class task_updates_test : public task_fixture {
protected:
  const std::string small_offer = "send 1.1 offer 1 from model-1 64B of 10 examples +64B";
};

TEST_F(task_updates_test, offers_a_large_update_and_sends_it_as_it_is_granted) {
  asked(1);
  EXPECT_EQ(trains(1, large_model()), lines{"send 1.1 offer 1 from model-1 3145728B of 10 examples"});
  EXPECT_EQ(hears({}, domain::credit{domain::transfer_id{1}, 5}), lines{}) << "not before a grant";
  EXPECT_EQ(hears({}, domain::grant{domain::transfer_id{1}, 0, 1}), lines{"send 1.1 chunk 1#0 +1048576B"});
  EXPECT_EQ(hears({}, domain::credit{domain::transfer_id{1}, 5}),
            (lines{"send 1.1 chunk 1#1 +1048576B", "send 1.1 chunk 1#2 +1048576B"}));
  EXPECT_EQ(hears({}, domain::grant{domain::transfer_id{1}, 2, 5}), lines{"send 1.1 chunk 1#2 +1048576B"})
      << "what was sent did not arrive";
  EXPECT_EQ(hears({}, domain::grant{domain::transfer_id{9}, 0, 5}), lines{});
}

TEST_F(task_updates_test, keeps_an_update_that_was_trained_while_detached_and_offers_it_when_attached) {
  asked(1);
  sut.detached();
  EXPECT_EQ(trains(1), lines{});
  EXPECT_EQ(attach(), lines{small_offer});
}

TEST_F(task_updates_test, offers_what_it_keeps_on_every_attach_until_the_round_is_over) {
  hold(1);
  EXPECT_EQ(attach(), lines{small_offer});
  EXPECT_EQ(receipt(1, receipt_verdict::accepted), lines{"log 1.1 receipt accepted"});
  EXPECT_EQ(attach(), lines{small_offer}) << "the combiner may have died with the sum";
  EXPECT_EQ(receipt(1, receipt_verdict::counted), (lines{"log 1.1 receipt counted", "drop 1.1"}));
  EXPECT_EQ(sut.kept(), 0u);
  EXPECT_EQ(attach(), lines{});
}

TEST_F(task_updates_test, goes_on_with_an_upload_in_the_same_transfer_after_a_broken_connection) {
  asked(1);
  trains(1, large_model());
  hears({}, domain::grant{domain::transfer_id{1}, 0, 2});
  sut.detached();
  EXPECT_EQ(attach(), lines{"send 1.1 offer 1 from model-1 3145728B of 10 examples"});
  EXPECT_EQ(hears({}, domain::grant{domain::transfer_id{1}, 1, 1}), lines{"send 1.1 chunk 1#1 +1048576B"});
}

TEST_F(task_updates_test, leaves_it_to_the_receipt_what_becomes_of_an_aborted_upload) {
  asked(1);
  trains(1, large_model());
  EXPECT_EQ(hears({}, domain::abort_transfer{domain::transfer_id{1}, {errc::busy, ""}}), lines{});
  EXPECT_EQ(hears({}, domain::grant{domain::transfer_id{1}, 0, 1}), lines{"send 1.1 chunk 1#0 +1048576B"});
}

TEST_F(task_updates_test, answers_a_repeated_task_with_the_update_that_it_keeps) {
  hold(1);
  EXPECT_EQ(asked(1), lines{small_offer});
  EXPECT_FALSE(sut.is_running());
}

TEST_F(task_updates_test, drops_an_update_that_was_rejected) {
  hold(1);
  EXPECT_EQ(receipt(1, receipt_verdict::rejected, errc::not_finite),
            (lines{"log 1.1 receipt rejected not_finite", "drop 1.1"}));
  EXPECT_EQ(sut.kept(), 0u);
  EXPECT_EQ(asked(1, train, 2).front(), "run 1.2 train with 64B within 60000ms") << "it would not be better";
}

TEST_F(task_updates_test, offers_an_update_that_was_not_needed_to_the_next_attempt_without_training) {
  hold(1);
  receipt(1, receipt_verdict::not_needed);
  EXPECT_EQ(attach(), lines{}) << "to nobody else";
  EXPECT_EQ(asked(1, train, 2), (lines{"move 1.1 to 1.2", "send 1.2 offer 1 from model-1 64B of 10 examples +64B"}));
  EXPECT_EQ(sut.kept(), 1u);
}

TEST_F(task_updates_test, offers_an_update_that_was_out_of_range_to_the_attempt_with_a_larger_scale) {
  hold(1);
  receipt(1, receipt_verdict::rejected, errc::out_of_range);
  EXPECT_EQ(asked(1, train, 2), (lines{"move 1.1 to 1.2", "send 1.2 offer 1 from model-1 64B of 10 examples +64B"}));
}

TEST_F(task_updates_test, offers_what_it_keeps_to_the_next_attempt_though_nobody_told_it_that_the_last_one_ended) {
  hold(1);
  EXPECT_EQ(asked(1, train, 2), (lines{"move 1.1 to 1.2", "send 1.2 offer 1 from model-1 64B of 10 examples +64B"}));
  EXPECT_EQ(attach(), lines{"send 1.2 offer 1 from model-1 64B of 10 examples +64B"});
}

TEST_F(task_updates_test, answers_a_task_of_an_earlier_round_than_the_last_one_that_it_keeps) {
  hold(1);
  hold(2);
  EXPECT_EQ(hears(round(1), task(train, 1, 64)), lines{small_offer}) << "late, and carried into another round";
  EXPECT_EQ(receipt(1, receipt_verdict::counted), (lines{"log 1.1 receipt counted", "drop 1.1"}));
  EXPECT_EQ(sut.kept(), 1u);
}

TEST_F(task_updates_test, stops_an_upload_that_is_cancelled) {
  asked(1);
  trains(1, large_model());
  hears({}, domain::grant{domain::transfer_id{1}, 0, 1});
  EXPECT_EQ(cancelled(1), lines{});
  EXPECT_EQ(hears({}, domain::credit{domain::transfer_id{1}, 2}), lines{});
  EXPECT_EQ(attach(), lines{});
  EXPECT_FALSE(sut.next_wake());
}

TEST_F(task_updates_test, keeps_a_cancelled_upload_for_the_next_attempt) {
  hold(1);
  cancelled(1);
  EXPECT_EQ(asked(1, train, 2).back(), "send 1.2 offer 1 from model-1 64B of 10 examples +64B");
}

TEST_F(task_updates_test, keeps_what_is_accepted_after_all) {
  hold(1);
  cancelled(1);
  receipt(1, receipt_verdict::accepted);
  EXPECT_EQ(attach(), lines{small_offer});
}

TEST_F(task_updates_test, offers_again_what_found_no_answer_but_less_and_less_often) {
  hold(1);
  for (const std::int64_t next : {5000, 15000, 35000, 75000, 135000, 195000}) {
    EXPECT_EQ(sut.next_wake(), at(next));
    now = next - 1;
    EXPECT_EQ(tick(), lines{});
    now = next;
    EXPECT_EQ(tick(), lines{small_offer});
  }
  sut.detached();
  EXPECT_FALSE(sut.next_wake()) << "nobody to ask";
  EXPECT_EQ(tick(), lines{});
}

TEST_F(task_updates_test, does_not_offer_again_what_is_accepted_or_being_uploaded) {
  hold(1);
  receipt(1, receipt_verdict::accepted);
  EXPECT_FALSE(sut.next_wake());
  asked(2);
  trains(2, large_model());
  EXPECT_EQ(sut.next_wake(), at(5000));
  hears({}, domain::grant{domain::transfer_id{2}, 0, 1});
  EXPECT_EQ(sut.next_wake(), at(60000)) << "the combiner has heard us";
}

TEST_F(task_updates_test, offers_what_a_former_process_kept) {
  sut.detached();
  EXPECT_EQ(told(sut.restored(at(now), {stored(1)})), lines{});
  EXPECT_EQ(attach(), lines{small_offer});
  EXPECT_EQ(asked(1), lines{small_offer}) << "and does not train again";
  EXPECT_EQ(receipt(1, receipt_verdict::counted), (lines{"log 1.1 receipt counted", "drop 1.1"}));
}

TEST_F(task_updates_test, offers_what_a_former_process_kept_to_the_next_attempt) {
  sut.detached();
  sut.restored(at(now), {stored(1)});
  attach();
  receipt(1, receipt_verdict::not_needed);
  EXPECT_EQ(asked(1, train, 2), (lines{"move 1.1 to 1.2", "send 1.2 offer 1 from model-1 64B of 10 examples +64B"}));
}

TEST_F(task_updates_test, drops_what_a_former_process_kept_beyond_its_bounds) {
  sut.detached();
  EXPECT_EQ(told(sut.restored(at(now), {stored(3), stored(1), stored(2)})),
            (lines{"log 3.1 train failed storage_full", "drop 3.1"}))
      << "the oldest comes first";
  EXPECT_EQ(sut.kept(), 2u);
}

TEST_F(task_updates_test, trains_anew_for_another_round_and_from_another_model) {
  hold(1);
  receipt(1, receipt_verdict::not_needed);
  EXPECT_EQ(asked(2, train, 1, 1), (lines{"drop 1.1", "run 2.1 train with 64B within 60000ms"}));
  trains(2);
  receipt(2, receipt_verdict::not_needed);
  EXPECT_EQ(asked(2, train, 2, 7), (lines{"drop 2.1", "run 2.2 train with 64B within 60000ms"}));
}

TEST_F(task_updates_test, does_not_offer_a_counted_update_again) {
  hold(1);
  receipt(1, receipt_verdict::counted);
  EXPECT_EQ(asked(1, train, 2), lines{"run 1.2 train with 64B within 60000ms"});
}

TEST_F(task_updates_test, keeps_a_bounded_number_of_updates) {
  hold(1);
  hold(2);
  hold(3);
  EXPECT_EQ(sut.kept(), 2u);
  EXPECT_EQ(attach(), (lines{"send 2.1 offer 2 from model-2 64B of 10 examples +64B",
                             "send 3.1 offer 3 from model-3 64B of 10 examples +64B"}));
}

TEST_F(task_updates_test, says_which_update_gives_way_to_a_newer_one) {
  hold(1);
  receipt(1, receipt_verdict::accepted);
  hold(2);
  asked(3);
  EXPECT_EQ(trains(3), (lines{"log 1.1 train failed storage_full", "drop 1.1",
                              "send 3.1 offer 3 from model-3 64B of 10 examples +64B"}))
      << "the combiner holds it already";
  asked(4);
  EXPECT_EQ(trains(4), (lines{"log 2.1 train failed storage_full", "send 2.1 train failed storage_full", "drop 2.1",
                              "send 4.1 offer 4 from model-4 64B of 10 examples +64B"}));
}

TEST_F(task_updates_test, keeps_a_bounded_number_of_bytes_but_always_the_newest_update) {
  auto limits = small_limits();
  limits.kept_bytes = 100;
  sut = task_machine{limits};
  attach();
  hold(1);
  asked(2);
  EXPECT_EQ(trains(2).front(), "log 1.1 train failed storage_full");
  asked(3);
  EXPECT_EQ(trains(3, large_model()).back(), "send 3.1 offer 3 from model-3 3145728B of 10 examples");
  EXPECT_EQ(sut.kept(), 1u);
}

TEST_F(task_updates_test, lets_what_is_spare_give_way_first) {
  hold(1);
  const domain::round_key other{domain::session_id{"a-later-one"}, 1, 1};
  hears(other, task(train, 2, 64), small_model());
  sut.trained(at(now), other, update_of(small_model()));
  hears(other, domain::receipt{train, receipt_verdict::not_needed, {}});
  asked(3);
  EXPECT_EQ(trains(3), (lines{"drop 1.1", "send 3.1 offer 3 from model-3 64B of 10 examples +64B"}))
      << "that of the other session";
  EXPECT_EQ(sut.kept(), 2u);
}

TEST_F(task_updates_test, keeps_the_spare_of_a_session_while_another_one_runs) {
  hold(1);
  receipt(1, receipt_verdict::not_needed);
  const domain::round_key other{domain::session_id{"another"}, 7, 1};
  EXPECT_EQ(hears(other, task(train, 2, 64), small_model()), lines{"run 7.1 train with 64B within 60000ms"});
  sut.trained(at(now), other, update_of(small_model()));
  EXPECT_EQ(asked(1, train, 2).front(), "move 1.1 to 1.2") << "paused and resumed";
}

TEST_F(task_updates_test, drops_nothing_for_the_receipt_of_a_validation) {
  hold(1);
  EXPECT_EQ(hears(round(1), domain::receipt{validate, receipt_verdict::not_needed, {}}),
            lines{"log 1.1 receipt not_needed"});
  EXPECT_EQ(sut.kept(), 1u);
}

TEST_F(task_updates_test, logs_receipts_of_rounds_that_it_does_not_know) {
  EXPECT_EQ(receipt(5, receipt_verdict::counted), lines{"log 5.1 receipt counted"});
}

} // namespace fedloom::client
