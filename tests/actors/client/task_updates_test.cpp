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
  EXPECT_EQ(receipt(1, receipt_verdict::counted), lines{"log 1.1 receipt counted"});
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
  EXPECT_EQ(receipt(1, receipt_verdict::rejected, errc::not_finite), lines{"log 1.1 receipt rejected not_finite"});
  EXPECT_EQ(sut.kept(), 0u);
  EXPECT_EQ(asked(1, train, 2).front(), "run 1.2 train with 64B within 60000ms") << "it would not be better";
}

TEST_F(task_updates_test, offers_an_update_that_was_not_needed_to_the_next_attempt_without_training) {
  hold(1);
  receipt(1, receipt_verdict::not_needed);
  EXPECT_EQ(attach(), lines{}) << "to nobody else";
  EXPECT_EQ(asked(1, train, 2), lines{"send 1.2 offer 1 from model-1 64B of 10 examples +64B"});
  EXPECT_EQ(sut.kept(), 1u);
}

TEST_F(task_updates_test, offers_an_update_that_was_out_of_range_to_the_attempt_with_a_larger_scale) {
  hold(1);
  receipt(1, receipt_verdict::rejected, errc::out_of_range);
  EXPECT_EQ(asked(1, train, 2), lines{"send 1.2 offer 1 from model-1 64B of 10 examples +64B"});
}

TEST_F(task_updates_test, trains_anew_for_another_round_and_from_another_model) {
  hold(1);
  receipt(1, receipt_verdict::not_needed);
  EXPECT_EQ(asked(2, train, 1, 1), lines{"run 2.1 train with 64B within 60000ms"});
  trains(2);
  receipt(2, receipt_verdict::not_needed);
  EXPECT_EQ(asked(2, train, 2, 7), lines{"run 2.2 train with 64B within 60000ms"});
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
