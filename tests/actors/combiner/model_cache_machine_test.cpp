#include "actors/transfer/digests.hpp"
#include "tests/actors/combiner/render.hpp"
#include "tests/actors/transfer/streams.hpp"

#include <gtest/gtest.h>

namespace fedloom::combiner {

namespace {

using domain::errc;
using domain::model_id;
using transport::peer_id;

/// Pulls models of three chunks, with two on their way at a time; one model is held, five stalls of 2 s are borne.
class model_cache_machine_test : public ::testing::Test {
protected:
  static constexpr std::uint64_t three_chunks = 3 * domain::chunk_bytes;

  static model_cache_limits small_limits(std::size_t transfers = 10) {
    model_cache_limits limits;
    limits.transfers = transfers;
    limits.window = 2;
    limits.model_bytes = 10 * domain::chunk_bytes;
    return limits;
  }
  static model_id model(std::uint8_t number) { return test::id_of<model_id>(number); }
  lines need(std::uint8_t number, std::uint64_t bytes = three_chunks, std::int64_t now = 0) {
    return told(sut.need(at(now), model(number), bytes));
  }
  static domain::message from_wire(domain::body what, domain::shared_bytes payload = {}) {
    return {{}, std::move(what), std::move(payload)};
  }
  lines chunk(std::uint64_t transfer, std::uint32_t index, std::int64_t now = 0) {
    const auto payload = stream.slice(index * domain::chunk_bytes, domain::chunk_bytes);
    const domain::chunk what{domain::transfer_id{transfer}, index, transfer::digest_of(payload.span())};
    return told(sut.from_controller(at(now), from_wire(what, payload)));
  }
  lines verified(std::uint8_t number) {
    auto digests = std::make_shared<const std::vector<domain::digest>>(3);
    return told(sut.verified(model(number), transfer::served_stream{stream, digests}));
  }
  /// Pulls a model as the machine's n-th transfer.
  void hold(std::uint8_t number, std::uint64_t transfer = 1) {
    need(number);
    for (std::uint32_t i = 0; i < 3; ++i) {
      chunk(transfer, i);
    }
    verified(number);
  }
  lines asks(std::uint64_t peer, std::uint8_t number, std::uint64_t transfer = 4, std::uint32_t from = 0) {
    return from_client(peer, domain::get_model{model(number), domain::transfer_id{transfer}, from, 1});
  }
  lines from_client(std::uint64_t peer, domain::body what) {
    return told(sut.from_client(peer_id{peer}, from_wire(std::move(what))));
  }
  lines tick(std::int64_t now) { return told(sut.tick(at(now))); }
  static lines told(const model_cache::effects& effects) { return test::render_all(effects); }

  static inline const domain::shared_bytes stream = transfer::stream_of(3);
  model_cache_machine sut{small_limits()};
};

class model_cache_pull_test : public model_cache_machine_test {};
class model_cache_serve_test : public model_cache_machine_test {};

} // namespace

TEST_F(model_cache_pull_test, pulls_a_model_once_for_all_who_need_it) {
  EXPECT_EQ(need(1), lines{"ask get model-1 as 1 from 0 credit 2"});
  EXPECT_EQ(need(1), lines{});
  EXPECT_EQ(chunk(1, 0), lines{"ask credit 1 +1"});
  EXPECT_EQ(chunk(1, 1), lines{});
  EXPECT_EQ(chunk(1, 2), lines{"verify model-1 in 3"});
  EXPECT_EQ(need(1), lines{}) << "being verified";
  EXPECT_EQ(verified(1), lines{"ready model-1 3145728B"});
  EXPECT_EQ(need(1), lines{"ready model-1 3145728B"}) << "here";
}

TEST_F(model_cache_pull_test, goes_on_where_it_stopped_when_the_uplink_is_back) {
  need(1);
  chunk(1, 0);
  EXPECT_EQ(told(sut.uplinked(at(100))), lines{"ask get model-1 as 1 from 1 credit 2"});
  chunk(1, 1);
  chunk(1, 2);
  EXPECT_EQ(told(sut.uplinked(at(200))), lines{}) << "all is here";
}

TEST_F(model_cache_pull_test, asks_for_a_missing_chunk) {
  need(1);
  EXPECT_EQ(chunk(1, 1), lines{"ask grant 1 from 0 credit 2"});
}

TEST_F(model_cache_pull_test, asks_again_when_a_pull_stalls_and_gives_up_at_last) {
  need(1);
  chunk(1, 0, 500);
  EXPECT_EQ(sut.next_wake(), at(2500));
  EXPECT_EQ(tick(2499), lines{});
  for (int stall = 1; stall <= 5; ++stall) {
    EXPECT_EQ(tick(500 + 2000 * stall), lines{"ask get model-1 as 1 from 1 credit 2"});
  }
  EXPECT_EQ(tick(12500), lines{"failed model-1 timed_out"});
  EXPECT_FALSE(sut.next_wake());
  EXPECT_EQ(need(1), lines{"ask get model-1 as 2 from 0 credit 2"}) << "who needs it again tries again";
}

TEST_F(model_cache_pull_test, forgives_stalls_when_a_chunk_comes) {
  need(1);
  for (int stall = 1; stall <= 5; ++stall) {
    tick(2000 * stall);
  }
  chunk(1, 0, 10001);
  EXPECT_EQ(tick(12001), lines{"ask get model-1 as 1 from 1 credit 2"});
}

TEST_F(model_cache_pull_test, does_not_wait_for_chunks_while_it_verifies) {
  need(1);
  for (std::uint32_t i = 0; i < 3; ++i) {
    chunk(1, i);
  }
  EXPECT_FALSE(sut.next_wake());
  EXPECT_EQ(tick(100000), lines{});
  EXPECT_EQ(chunk(1, 2), lines{}) << "a repeated one";
}

TEST_F(model_cache_pull_test, fails_when_a_chunk_is_damaged) {
  need(1);
  const domain::chunk what{domain::transfer_id{1}, 0, {}};
  EXPECT_EQ(told(sut.from_controller(at(0), from_wire(what, stream.slice(0, domain::chunk_bytes)))),
            lines{"failed model-1 digest_mismatch"});
}

TEST_F(model_cache_pull_test, fails_when_chunks_are_not_as_long_as_announced) {
  need(1, 64);
  EXPECT_EQ(chunk(1, 0), lines{"failed model-1 too_large"});
}

TEST_F(model_cache_pull_test, fails_when_the_whole_is_not_the_model_that_was_asked_for) {
  need(1);
  for (std::uint32_t i = 0; i < 3; ++i) {
    chunk(1, i);
  }
  EXPECT_EQ(told(sut.verified(model(1), domain::failure(errc::digest_mismatch, ""))),
            lines{"failed model-1 digest_mismatch"}); // I-2
  EXPECT_EQ(verified(1), lines{}) << "nobody waits for it any more";
}

TEST_F(model_cache_pull_test, fails_when_the_controller_ends_the_transfer) {
  need(1);
  const domain::error reason{errc::not_found, ""};
  EXPECT_EQ(told(sut.from_controller(at(0), from_wire(domain::abort_transfer{domain::transfer_id{9}, reason}))),
            lines{});
  EXPECT_EQ(told(sut.from_controller(at(0), from_wire(domain::abort_transfer{domain::transfer_id{1}, reason}))),
            lines{"failed model-1 not_found"});
}

TEST_F(model_cache_pull_test, does_not_pull_a_model_beyond_its_limit_or_without_bytes) {
  EXPECT_EQ(need(1, 10 * domain::chunk_bytes + 1), lines{"failed model-1 too_large"});
  EXPECT_EQ(need(1, 0), lines{"failed model-1 too_large"});
}

TEST_F(model_cache_pull_test, ignores_chunks_that_it_did_not_ask_for) {
  EXPECT_EQ(chunk(1, 0), lines{});
  need(1);
  EXPECT_EQ(chunk(7, 0), lines{});
}

TEST_F(model_cache_pull_test, pulls_two_models_side_by_side) {
  need(1);
  EXPECT_EQ(need(2), lines{"ask get model-2 as 2 from 0 credit 2"});
  chunk(2, 0);
  EXPECT_EQ(told(sut.uplinked(at(0))),
            (lines{"ask get model-1 as 1 from 0 credit 2", "ask get model-2 as 2 from 1 credit 2"}));
}

TEST_F(model_cache_serve_test, serves_clients_with_the_credit_that_each_gave) {
  hold(1);
  EXPECT_EQ(asks(7, 1), (lines{"served model-1 3145728B", "send peer 7: chunk 4#0 +1048576B"}));
  EXPECT_EQ(asks(8, 1), (lines{"served model-1 3145728B", "send peer 8: chunk 4#0 +1048576B"}));
  EXPECT_EQ(from_client(7, domain::credit{domain::transfer_id{4}, 1}), lines{"send peer 7: chunk 4#1 +1048576B"});
  EXPECT_EQ(from_client(8, domain::grant{domain::transfer_id{4}, 2, 1}), lines{"send peer 8: chunk 4#2 +1048576B"});
}

TEST_F(model_cache_serve_test, serves_the_rest_to_who_comes_back) {
  hold(1);
  EXPECT_EQ(asks(7, 1, 4, 2), (lines{"served model-1 1048576B", "send peer 7: chunk 4#2 +1048576B"}));
}

TEST_F(model_cache_serve_test, does_not_serve_what_it_does_not_hold) {
  EXPECT_EQ(asks(7, 1), lines{"send peer 7: abort 4 not_found"});
  need(1);
  EXPECT_EQ(asks(7, 1), lines{"send peer 7: abort 4 not_found"}) << "not verified yet";
}

TEST_F(model_cache_serve_test, lets_the_oldest_model_go_before_it_pulls_the_next) {
  hold(1);
  asks(7, 1);
  EXPECT_EQ(need(2), lines{"ask get model-2 as 2 from 0 credit 2"});
  EXPECT_EQ(asks(8, 1), lines{"send peer 8: abort 4 not_found"});
  EXPECT_EQ(from_client(7, domain::credit{domain::transfer_id{4}, 1}), lines{"send peer 7: chunk 4#1 +1048576B"})
      << "who had begun ends it";
}

TEST_F(model_cache_serve_test, serves_packages_beside_the_model) {
  const auto package = test::id_of<domain::package_digest>(1);
  EXPECT_EQ(told(sut.need(at(0), package, three_chunks)), lines{"ask get package-1 as 1 from 0 credit 2"});
  for (std::uint32_t i = 0; i < 3; ++i) {
    chunk(1, i);
  }
  auto digests = std::make_shared<const std::vector<domain::digest>>(3);
  EXPECT_EQ(told(sut.verified(package, transfer::served_stream{stream, digests})), lines{"ready package-1 3145728B"});
  hold(1, 2);
  hold(2, 3);
  EXPECT_EQ(from_client(7, domain::get_package{package, domain::transfer_id{4}, 0, 1}),
            (lines{"served package-1 3145728B", "send peer 7: chunk 4#0 +1048576B"}))
      << "models come and go meanwhile";
}

TEST_F(model_cache_serve_test, takes_no_package_beyond_its_bound) {
  auto limits = small_limits();
  limits.package_bytes = 100;
  sut = model_cache_machine{limits};
  EXPECT_EQ(told(sut.need(at(0), test::id_of<domain::package_digest>(1), 101)), lines{"failed package-1 too_large"});
}

TEST_F(model_cache_serve_test, is_busy_at_the_bound_of_its_transfers) {
  sut = model_cache_machine{small_limits(1)};
  hold(1);
  asks(7, 1);
  EXPECT_EQ(asks(8, 1), lines{"send peer 8: abort 4 busy"});
  sut.gone(peer_id{7});
  EXPECT_EQ(asks(8, 1).size(), 2u);
}

TEST_F(model_cache_serve_test, ends_a_transfer_that_the_client_gives_up) {
  hold(1);
  asks(7, 1);
  EXPECT_EQ(from_client(7, domain::abort_transfer{domain::transfer_id{4}, {}}), lines{});
  EXPECT_EQ(from_client(7, domain::credit{domain::transfer_id{4}, 1}), lines{});
  EXPECT_EQ(from_client(7, domain::heartbeat{1}), lines{}) << "not for the cache";
}

} // namespace fedloom::combiner
