#include "tests/actors/combiner/collection_fixture.hpp"

#include <deque>
#include <random>

namespace fedloom::combiner {

/// Uploads of 20 MB, of which the budget of 40 MB lets in two at a time.
class collection_staging_test : public collection_fixture {
protected:
  collection_staging_test() { plan.model_bytes = 20 * domain::chunk_bytes; }
};

TEST_F(collection_staging_test, grants_uploads_in_the_order_of_their_offers_as_room_becomes_free) {
  collect({"a", "b", "c", "d"});
  EXPECT_EQ(offers("d"), lines{"send d: grant 10 from 0 credit 2"});
  EXPECT_EQ(offers("b"), lines{"send b: grant 10 from 0 credit 2"});
  EXPECT_EQ(offers("c"), lines{});
  EXPECT_EQ(offers("a"), lines{});
  EXPECT_EQ(offers("c"), lines{}) << "asking twice does not help";
  EXPECT_EQ(upload("b"), lines{"fold b x10 in 20"}) << "its bytes are held until it is folded";
  EXPECT_EQ(folded("b").back(), "send c: grant 10 from 0 credit 2");
  EXPECT_EQ(left("d").back(), "send a: grant 10 from 0 credit 2");
}

TEST_F(collection_staging_test, keeps_the_place_in_the_queue_of_an_offer_that_comes_again_by_another_transfer) {
  collect({"a", "b", "c"});
  offers("a");
  offers("b");
  offers("c");
  auto again = offer();
  again.transfer = domain::transfer_id{12};
  EXPECT_EQ(offers("c", again), lines{});
  EXPECT_EQ(left("a").back(), "send c: grant 12 from 0 credit 2");
}

TEST_F(collection_staging_test, forgets_the_offer_of_a_client_that_fails_or_leaves_while_it_waits) {
  collect({"a", "b", "c", "d"});
  for (const auto* client : {"a", "b", "c", "d"}) {
    offers(client);
  }
  fails("c");
  left("d");
  EXPECT_EQ(left("a").back(), "report progress 0 accepted 3 failed 1 pending") << "nobody waits any more";
}

TEST_F(collection_staging_test, takes_the_place_of_a_stalled_upload_only_when_others_wait) {
  collect({"a", "b", "c"});
  offers("a");
  now = 1000;
  offers("b");
  now = 7000;
  EXPECT_EQ(tick(), lines{}) << "nobody waits";
  EXPECT_EQ(sut->next_wake(), std::nullopt);
  offers("c");
  chunk("b", 0);
  EXPECT_EQ(sut->next_wake(), at(5000));
  EXPECT_EQ(tick(), (lines{"send a: abort 10 busy", "send c: grant 10 from 0 credit 2"}));
  EXPECT_EQ(chunk("a", 0), lines{}) << "what was on its way";
  now = 12000;
  EXPECT_EQ(tick(), (lines{"send b: abort 10 busy", "send c: abort 10 busy", "send a: grant 10 from 0 credit 2",
                           "send b: grant 10 from 0 credit 2"}));
}

TEST_F(collection_staging_test, shares_one_budget_with_the_other_collections) {
  collect({"a", "b"});
  offers("a");
  auto second = plan;
  second.lease = domain::lease_id{6};
  second.cohort = {id("c"), id("d")};
  collection_machine other{{domain::session_id{"s"}, 1, 1}, second, limits, staging, policy, at(0)};
  other.model_ready(at(0), {});
  EXPECT_EQ(told(other.received(at(0), id("c"), offer(), {})), lines{"send c: grant 10 from 0 credit 2"});
  EXPECT_EQ(offers("b"), lines{});
  EXPECT_EQ(told(other.client_left(at(0), id("c"), {})).size(), 2u);
  EXPECT_EQ(told(sut->admit(at(0))), lines{}) << "c may come back and go on";
  EXPECT_TRUE(sut->is_short_of_staging());
  EXPECT_TRUE(other.give_way());
  EXPECT_FALSE(other.give_way()) << "nothing is left";
  EXPECT_EQ(told(sut->admit(at(0))), lines{"send b: grant 10 from 0 credit 2"});
}

TEST_F(collection_staging_test, keeps_the_upload_of_a_lost_client_until_it_comes_back) {
  collect({"a", "b"});
  offers("a");
  chunk("a", 0);
  left("a");
  EXPECT_EQ(staging.used(), plan.model_bytes);
  now = 60000 - 1;
  EXPECT_EQ(came("a").front(), "send a: task train model-1 1ms");
  EXPECT_EQ(offers("a"), lines{"send a: grant 10 from 1 credit 2"});
  for (std::uint32_t i = 1; i < 19; ++i) {
    chunk("a", i);
  }
  EXPECT_EQ(chunk("a", 19), lines{"fold a x10 in 20"});
}

TEST_F(collection_staging_test, gives_the_staging_of_a_lost_client_to_who_waits_for_it) {
  collect({"a", "b", "c"});
  offers("a");
  chunk("a", 0);
  left("a");
  offers("b");
  EXPECT_EQ(offers("c"), lines{"send c: grant 10 from 0 credit 2"});
  came("a");
  EXPECT_EQ(offers("a"), lines{}) << "has to wait, and to begin anew";
  EXPECT_EQ(left("b").back(), "send a: grant 10 from 0 credit 2");
}

TEST_F(collection_staging_test, begins_anew_when_a_lost_client_comes_back_with_another_update) {
  collect({"a"});
  offers("a");
  chunk("a", 0);
  left("a");
  came("a");
  EXPECT_EQ(offers("a", offer(2)), lines{"send a: grant 10 from 0 credit 2"});
  EXPECT_EQ(staging.used(), plan.model_bytes);
}

TEST_F(collection_staging_test, gives_everything_back_when_it_is_dropped) {
  collect({"a", "b"});
  offers("a");
  offers("b");
  EXPECT_EQ(staging.used(), 2 * plan.model_bytes);
  sut.reset();
  EXPECT_EQ(staging.used(), 0u);
}

TEST_F(collection_staging_test, never_holds_more_than_the_budget_and_every_upload_gets_its_turn) {
  plan.model_bytes = 7 * domain::chunk_bytes;
  std::vector<std::string> cohort;
  for (int i = 100; i < 160; ++i) {
    cohort.push_back("c" + std::to_string(i));
  }
  collect(cohort);
  std::mt19937 engine{20};
  struct upload_state {
    std::uint32_t next = 0;
    std::uint32_t credit = 0;
  };
  std::map<std::string, upload_state> open;
  std::deque<std::string> folding;
  std::size_t accepted = 0;
  const auto take_in = [&](const collection::effects& effects) {
    for (const auto& one : effects) {
      if (const auto* said = std::get_if<collection::send>(&one)) {
        auto& to = open[said->to.value()];
        if (const auto* begin = std::get_if<domain::grant>(&said->what)) {
          to = {begin->from_chunk, begin->credit};
        } else if (const auto* more = std::get_if<domain::credit>(&said->what)) {
          to.credit += more->chunks;
        }
      } else if (const auto* job = std::get_if<collection::fold>(&one)) {
        folding.push_back(job->client.value());
      } else if (std::holds_alternative<collection::journal>(one)) {
        ++accepted;
      }
    }
    ASSERT_LE(staging.used(), staging.limit());
  };
  for (const auto& client : cohort) {
    take_in(sut->received(at(0), id(client), offer(), {}));
  }
  for (int step = 0; accepted < cohort.size(); ++step) {
    ASSERT_LT(step, 100000) << accepted << " accepted, and no end in sight";
    if (!folding.empty() && engine() % 8 == 0) {
      take_in(sut->folded(at(0), {id(folding.front()), {}, 0}));
      folding.pop_front();
      continue;
    }
    auto& [client, to] = *std::next(open.begin(), static_cast<std::ptrdiff_t>(engine() % open.size()));
    if (to.credit > 0 && to.next < 7) {
      --to.credit;
      take_in(sut->received(at(0), id(client), domain::chunk{domain::transfer_id{10}, to.next++, {}},
                            some_bytes(domain::chunk_bytes)));
    }
  }
  EXPECT_EQ(staging.used(), 0u);
}

} // namespace fedloom::combiner
