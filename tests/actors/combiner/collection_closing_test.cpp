#include "tests/actors/combiner/collection_fixture.hpp"

namespace fedloom::combiner {

/// From close_collection to the last receipts.
class collection_closing_test : public collection_fixture {
protected:
  /// Three clients, of which a is accepted, b computes and c failed; then closed, with a sum of three chunks.
  void freeze_with_one() {
    collect({"a", "b", "c"});
    accept("a");
    fails("c");
    close();
    sut->frozen(domain::shared_bytes::adopt(std::vector<std::byte>(three_chunks)), {});
  }
  const std::string partial = "report partial weight 10 sum 3145728B, a x10, b late, c entry_point_failed";
};

TEST_F(collection_closing_test, cancels_who_still_computes_and_freezes_the_sum) {
  collect({"a", "b", "c"});
  accept("a");
  fails("c");
  EXPECT_EQ(close(), (lines{"send b: cancel train", "freeze"}));
  EXPECT_EQ(close(), lines{}) << "again, while freezing";
  EXPECT_EQ(told(sut->planned_again(at(now), plan)), lines{"report progress 1 accepted 2 failed 0 pending"});
  EXPECT_EQ(frozen(24), lines{"report partial weight 10 sum 24B, a x10, b late, c entry_point_failed"});
  EXPECT_EQ(frozen(24), lines{}) << "once";
}

TEST_F(collection_closing_test, cancels_uploads_and_gives_their_staging_back) {
  plan.model_bytes = 20 * domain::chunk_bytes;
  collect({"a", "b", "c"});
  for (const auto* client : {"a", "b", "c"}) {
    offers(client);
  }
  EXPECT_EQ(close(), (lines{"send a: cancel train", "send b: cancel train", "send c: cancel train", "freeze"}));
  EXPECT_EQ(staging.used(), 0u);
  EXPECT_EQ(chunk("a", 0), lines{});
}

TEST_F(collection_closing_test, counts_an_update_whose_check_ends_while_it_closes) {
  collect({"a", "b"});
  for (const auto* client : {"a", "b"}) {
    offers(client);
    upload(client);
  }
  EXPECT_EQ(close(), lines{"freeze"});
  EXPECT_EQ(folded("a"), lines{"journal a x10"});
  EXPECT_EQ(folded("b", domain::errc::not_finite),
            (lines{"refused b not_finite", "send b: receipt rejected not_finite"}));
  EXPECT_EQ(frozen(24), lines{}) << "a is in the sum, but not yet on disk";
  EXPECT_EQ(told(sut->granted({domain::transfer_id{5}, 0, 8})), lines{});
  EXPECT_EQ(journalled("a"),
            (lines{"accepted a", "send a: receipt accepted", "report partial weight 10 sum 24B, a x10, b not_finite"}));
}

TEST_F(collection_closing_test, has_an_empty_partial_when_it_is_closed_before_the_model_came) {
  open({"a", "b"});
  came("a");
  EXPECT_EQ(close(), (lines{"send a: cancel train", "report partial weight 0 sum 0B, a late, b late"}));
  EXPECT_EQ(ready(), lines{});
}

TEST_F(collection_closing_test, drops_what_it_held_for_the_model_when_it_is_closed_before_that_came) {
  open({"a"});
  came("a");
  offers("a");
  upload("a");
  EXPECT_EQ(close(), lines{"report partial weight 0 sum 0B, a late"});
  EXPECT_EQ(staging.used(), 0u);
  EXPECT_EQ(told(sut->closed(false)), lines{"send a: receipt not_needed"});
}

TEST_F(collection_closing_test, sends_no_sum_when_nobody_was_accepted) {
  collect({"a"});
  close();
  EXPECT_EQ(frozen(24), lines{"report partial weight 0 sum 0B, a late"});
  EXPECT_EQ(told(sut->granted({domain::transfer_id{5}, 0, 8})), lines{});
}

TEST_F(collection_closing_test, repeats_its_frozen_partial_whenever_it_is_asked) {
  freeze_with_one();
  EXPECT_EQ(close(), lines{partial});
  EXPECT_EQ(told(sut->planned_again(at(now), plan)), lines{partial});
}

TEST_F(collection_closing_test, hands_the_sum_over_with_credit) {
  freeze_with_one();
  EXPECT_EQ(sut->sum_transfer(), domain::transfer_id{5});
  EXPECT_EQ(told(sut->credited({domain::transfer_id{5}, 8})), lines{}) << "not before a grant";
  EXPECT_EQ(told(sut->granted({domain::transfer_id{5}, 0, 1})), lines{"report chunk 5#0 +1048576B"});
  EXPECT_EQ(told(sut->credited({domain::transfer_id{5}, 8})),
            (lines{"report chunk 5#1 +1048576B", "report chunk 5#2 +1048576B"}));
  EXPECT_EQ(told(sut->granted({domain::transfer_id{5}, 2, 8})), lines{"report chunk 5#2 +1048576B"}) << "again";
}

TEST_F(collection_closing_test, does_not_need_offers_that_come_late) {
  freeze_with_one();
  EXPECT_EQ(offers("b"), (lines{"send b: receipt not_needed late", "refused b late"}));
  EXPECT_EQ(offers("a"), lines{"send a: receipt accepted"}) << "its own is in the sum";
  EXPECT_EQ(told(sut->planned_again(at(now), plan)), lines{partial});
}

TEST_F(collection_closing_test, hears_no_comings_and_goings_after_it_was_closed) {
  freeze_with_one();
  EXPECT_EQ(came("b"), lines{});
  EXPECT_EQ(left("a"), lines{});
  EXPECT_EQ(fails("b"), lines{});
  now = 100000;
  EXPECT_EQ(tick(), lines{});
  EXPECT_FALSE(sut->next_wake());
}

TEST_F(collection_closing_test, says_counted_to_who_is_in_the_committed_model_and_not_needed_to_the_others) {
  freeze_with_one();
  EXPECT_EQ(told(sut->closed(true)),
            (lines{"send a: receipt counted", "send b: receipt not_needed", "send c: receipt not_needed"}));
}

TEST_F(collection_closing_test, says_not_needed_to_all_when_the_attempt_was_not_committed) {
  freeze_with_one();
  EXPECT_EQ(told(sut->closed(false)),
            (lines{"send a: receipt not_needed", "send b: receipt not_needed", "send c: receipt not_needed"}));
}

TEST_F(collection_closing_test, ends_in_the_midst_of_uploads_when_its_session_is_stopped) {
  collect({"a", "b"});
  offers("a");
  EXPECT_EQ(told(sut->closed(false)), (lines{"send a: receipt not_needed", "send b: receipt not_needed"}));
  EXPECT_EQ(staging.used(), 0u);
}

TEST_F(collection_closing_test, tells_the_traffic_that_it_was_told_of) {
  collect({"a"});
  sut->count_traffic(100, 7);
  sut->count_traffic(20, 0);
  const auto effects = (sut->close(at(0)), sut->frozen({}, {}));
  const auto& part = std::get<domain::partial>(std::get<collection::report>(effects.front()).what);
  EXPECT_EQ(part.bytes_received, 120u);
  EXPECT_EQ(part.bytes_sent, 7u);
  EXPECT_EQ(part.lease, plan.lease);
}

} // namespace fedloom::combiner
