#include "tests/actors/combiner/collection_fixture.hpp"

namespace fedloom::combiner {

/// What becomes of an offered update, in every phase of its client (I-1, I-9).
class collection_offers_test : public collection_fixture {
protected:
  /// The lines of a refusal of client a, which then counts as failed.
  static lines refused_a(const std::string& reason) {
    return {"refused a " + reason, "send a: receipt rejected " + reason,
            "report progress 0 accepted 1 failed 0 pending"};
  }
};

TEST_F(collection_offers_test, takes_an_update_from_offer_to_receipt) {
  collect({"a", "b"});
  EXPECT_EQ(offers("a"), lines{"send a: grant 10 from 0 credit 2"});
  EXPECT_EQ(chunk("a", 0), lines{"send a: credit 10 +1"});
  EXPECT_EQ(chunk("a", 1), lines{});
  EXPECT_EQ(chunk("a", 2), lines{"fold a x10 in 3"});
  EXPECT_EQ(staging.used(), three_chunks) << "until it is folded";
  EXPECT_EQ(folded("a"), lines{"journal a x10"}) << "I-5: no receipt before it is written down";
  EXPECT_EQ(staging.used(), 0u);
  EXPECT_EQ(journalled("a"),
            (lines{"accepted a", "send a: receipt accepted", "report progress 1 accepted 0 failed 1 pending"}));
  EXPECT_EQ(journalled("a"), lines{}) << "once";
}

TEST_F(collection_offers_test, folds_a_small_update_that_came_with_its_offer) {
  plan.model_bytes = 64;
  collect({"a"});
  EXPECT_EQ(offers_inline("a", offer(), 64), lines{"fold a x10 in 1"});
  EXPECT_EQ(folded("a"), lines{"journal a x10"});
}

TEST_F(collection_offers_test, weighs_every_client_alike_when_the_plan_says_so) {
  plan.weights = domain::weighting::uniform;
  collect({"a"});
  offers("a");
  EXPECT_EQ(upload("a"), lines{"fold a x1 in 3"});
}

TEST_F(collection_offers_test, folds_a_clients_update_once_however_often_it_is_offered) {
  collect({"a", "b"});
  offers("a");
  upload("a");
  EXPECT_EQ(offers("a"), lines{}) << "being checked: the receipt follows";
  EXPECT_EQ(offers("a", offer(2)), lines{}) << "another one, while the first is being checked";
  folded("a");
  EXPECT_EQ(offers("a"), lines{}) << "being written down";
  journalled("a");
  EXPECT_EQ(offers("a"), lines{"send a: receipt accepted"});
  EXPECT_EQ(offers("a", offer(2)), lines{"send a: receipt accepted"}) << "I-1: the first one counts";
  EXPECT_EQ(folded("a"), lines{}) << "a report that nobody waits for";
}

TEST_F(collection_offers_test, does_not_need_updates_of_clients_outside_of_its_part) {
  collect({"a"});
  EXPECT_EQ(offers("stranger"), lines{"send stranger: receipt not_needed not_found"});
}

TEST_F(collection_offers_test, takes_an_update_of_a_client_that_it_does_not_yet_know_to_be_here) {
  open({"a"});
  ready();
  EXPECT_EQ(offers("a"), lines{"send a: grant 10 from 0 credit 2"});
  EXPECT_EQ(sut->next_wake(), std::nullopt) << "nobody is away";
}

TEST_F(collection_offers_test, holds_whole_updates_until_the_model_is_here_to_check_them) {
  open({"a", "b"});
  came("a");
  offers("a");
  EXPECT_EQ(upload("a"), lines{});
  EXPECT_EQ(staging.used(), three_chunks);
  EXPECT_EQ(ready(), lines{"fold a x10 in 3"});
  EXPECT_EQ(folded("a"), lines{"journal a x10"});
}

TEST_F(collection_offers_test, goes_on_with_an_upload_where_a_broken_connection_stopped_it) {
  collect({"a"});
  offers("a");
  chunk("a", 0);
  EXPECT_EQ(came("a"), lines{"send a: task train model-1 60000ms"});
  EXPECT_EQ(offers("a"), lines{"send a: grant 10 from 1 credit 2"});
  EXPECT_EQ(offers("a"), lines{}) << "as answer to the task: granted over this connection already";
  EXPECT_EQ(chunk("a", 1), lines{});
  EXPECT_EQ(chunk("a", 2), lines{"fold a x10 in 3"});
}

TEST_F(collection_offers_test, goes_on_when_a_new_process_offers_the_same_update_in_another_transfer) {
  collect({"a"});
  offers("a");
  chunk("a", 0);
  auto again = offer();
  again.transfer = domain::transfer_id{11};
  EXPECT_EQ(offers("a", again), lines{"send a: grant 11 from 1 credit 2"});
  EXPECT_EQ(chunk("a", 1), lines{}) << "still of the old transfer";
  EXPECT_FALSE(sut->takes_transfer(id("a"), domain::transfer_id{10}));
  EXPECT_TRUE(sut->takes_transfer(id("a"), domain::transfer_id{11}));
  EXPECT_EQ(staging.used(), three_chunks);
}

TEST_F(collection_offers_test, takes_a_newer_update_in_place_of_one_that_is_not_whole_yet) {
  collect({"a"});
  offers("a");
  chunk("a", 0);
  auto newer = offer(2);
  newer.example_count = 20;
  EXPECT_EQ(offers("a", newer), lines{"send a: grant 10 from 0 credit 2"});
  EXPECT_EQ(staging.used(), three_chunks) << "what the first one had is given back";
  EXPECT_EQ(upload("a"), lines{"fold a x20 in 3"});
}

TEST_F(collection_offers_test, asks_a_client_whose_process_began_anew_in_the_middle_of_its_upload) {
  collect({"a"});
  offers("a");
  chunk("a", 0);
  EXPECT_EQ(came("a"), lines{"send a: task train model-1 60000ms"});
  EXPECT_EQ(fails("a").front(), "failed a entry_point_failed");
  EXPECT_EQ(staging.used(), 0u);
}

TEST_F(collection_offers_test, refuses_an_update_that_was_trained_from_another_model) {
  collect({"a"});
  auto what = offer();
  what.parent = test::id_of<domain::model_id>(2);
  EXPECT_EQ(offers("a", what), refused_a("wrong_parent"));
}

TEST_F(collection_offers_test, refuses_three_gigabytes_for_a_model_of_ten_megabytes_before_they_are_sent) {
  plan.model_bytes = 10 * domain::chunk_bytes;
  collect({"a"});
  auto what = offer();
  what.stream_bytes = std::uint64_t{3} << 30;
  EXPECT_EQ(offers("a", what), refused_a("too_large"));
  EXPECT_EQ(staging.used(), 0u);
}

TEST_F(collection_offers_test, refuses_an_update_that_is_shorter_than_the_model) {
  collect({"a"});
  auto what = offer();
  what.stream_bytes = 64;
  EXPECT_EQ(offers("a", what), refused_a("wrong_shape"));
}

TEST_F(collection_offers_test, refuses_an_inline_update_of_another_length_than_it_says) {
  plan.model_bytes = 64;
  collect({"a"});
  EXPECT_EQ(offers_inline("a", offer(), 63), refused_a("malformed"));
}

TEST_F(collection_offers_test, refuses_example_counts_of_zero_and_above_what_was_declared) {
  collect({"a"});
  auto what = offer();
  what.example_count = 0;
  EXPECT_EQ(offers("a", what), refused_a("bad_weight"));
  what.example_count = 101;
  EXPECT_EQ(offers("a", what), (lines{"refused a bad_weight", "send a: receipt rejected bad_weight"}))
      << "it had failed already";
  what.example_count = 100;
  EXPECT_EQ(offers("a", what), lines{"send a: grant 10 from 0 credit 2"});
}

TEST_F(collection_offers_test, checks_a_repeated_offer_as_it_checked_the_first) {
  plan.cohort = {id("b")};
  collect({"a"});
  offers("a");
  auto what = offer();
  what.example_count = 1'000'000;
  EXPECT_EQ(offers("a", what).front(), "refused a bad_weight") << "while it is being uploaded";
  EXPECT_EQ(staging.used(), 0u);
  what = offer();
  what.transfer = domain::transfer_id{11};
  what.stream_bytes = std::uint64_t{3} << 30;
  offers("a");
  EXPECT_EQ(offers("a", what).front(), "refused a too_large");
}

TEST_F(collection_offers_test, lets_policy_refuse_an_update) {
  plan.model_bytes = 64;
  policy.barred = "a";
  collect({"a"});
  EXPECT_EQ(offers_inline("a", offer(), 64), refused_a("denied"));
  EXPECT_EQ(offers_inline("a", offer(2), 64), refused_a("denied")) << "counted once, however often it tries";
}

TEST_F(collection_offers_test, counts_rightly_when_policy_refuses_a_client_that_was_not_known_to_be_here) {
  plan.model_bytes = 64;
  policy.barred = "a";
  open({"a"});
  ready();
  EXPECT_EQ(offers_inline("a", offer(), 64), refused_a("denied"));
  EXPECT_EQ(sut->next_wake(), std::nullopt) << "nobody is away";
}

TEST_F(collection_offers_test, gives_the_place_of_a_refused_upload_to_the_next_with_all_its_time) {
  plan.model_bytes = 20 * domain::chunk_bytes;
  policy.barred = "a";
  collect({"a", "b", "c", "d"});
  for (const auto* client : {"a", "b", "c", "d"}) {
    offers(client);
  }
  now = 10000;
  const auto last = upload("a");
  EXPECT_EQ(last.back(), "send c: grant 10 from 0 credit 2");
  chunk("b", 0);
  EXPECT_EQ(tick(), lines{}) << "c has had no time to stall";
}

TEST_F(collection_offers_test, rejects_what_the_check_found_wrong_and_says_what_would_have_done) {
  collect({"a", "b"});
  offers("a");
  upload("a");
  EXPECT_EQ(folded("a", domain::errc::not_finite), (lines{"refused a not_finite", "send a: receipt rejected not_finite",
                                                          "report progress 0 accepted 1 failed 1 pending"}));
  EXPECT_EQ(staging.used(), 0u);
  offers("b");
  upload("b");
  folded("b", domain::errc::out_of_range, 9);
  close();
  EXPECT_EQ(frozen(24), lines{"report partial weight 0 sum 0B, a not_finite, b out_of_range needs 9"});
}

TEST_F(collection_offers_test, takes_a_better_update_of_a_client_that_was_rejected) {
  collect({"a"});
  offers("a");
  upload("a");
  folded("a", domain::errc::not_finite);
  EXPECT_EQ(offers("a", offer(2)), lines{"send a: grant 10 from 0 credit 2"});
  upload("a");
  folded("a");
  EXPECT_EQ(journalled("a").back(), "report progress 1 accepted 0 failed 0 pending");
}

TEST_F(collection_offers_test, takes_no_chunks_that_were_not_granted) {
  collect({"a"});
  EXPECT_EQ(chunk("a", 0), lines{});
  EXPECT_EQ(chunk("stranger", 0), lines{});
  EXPECT_FALSE(sut->takes_transfer(id("a"), domain::transfer_id{10}));
}

TEST_F(collection_offers_test, asks_for_a_missing_chunk_once) {
  collect({"a"});
  offers("a");
  EXPECT_EQ(chunk("a", 1), lines{"send a: grant 10 from 0 credit 2"});
  EXPECT_EQ(chunk("a", 1), lines{});
}

TEST_F(collection_offers_test, ends_an_upload_whose_chunks_are_not_what_was_announced) {
  collect({"a"});
  offers("a");
  EXPECT_EQ(chunk("a", 0, domain::chunk_bytes + 1),
            (lines{"send a: abort 10 too_large", "refused a too_large", "send a: receipt rejected too_large",
                   "report progress 0 accepted 1 failed 0 pending"}));
  EXPECT_EQ(staging.used(), 0u);
}

} // namespace fedloom::combiner
