#include "actors/transfer/digests.hpp"
#include "actors/transfer/outbound_transfers.hpp"
#include "tests/actors/transfer/streams.hpp"

#include <gtest/gtest.h>

namespace fedloom::transfer {

namespace {

using domain::transfer_id;

std::string told(const std::vector<reply>& said) {
  std::string text;
  for (const auto& each : said) {
    text += text.empty() ? "" : " ";
    if (const auto* part = std::get_if<domain::chunk>(&each.what)) {
      text += std::to_string(part->transfer.value()) + "#" + std::to_string(part->index);
    } else {
      const auto& over = std::get<domain::abort_transfer>(each.what);
      text += std::to_string(over.transfer.value()) + " aborted " + std::string(to_string(over.reason.code));
    }
  }
  return text;
}

/// Two transfers may be open at once, of one stream of four chunks.
class outbound_transfers_test : public ::testing::Test {
protected:
  std::string begin(std::uint64_t to, std::uint64_t transfer, std::uint32_t from, std::uint32_t credit) {
    return told(sut.serve(to, domain::get_model{{}, transfer_id{transfer}, from, credit}, {stream, digests}));
  }
  std::string credit(std::uint64_t to, std::uint64_t transfer, std::uint32_t chunks) {
    return told(sut.received(to, domain::credit{transfer_id{transfer}, chunks}));
  }
  std::string grant(std::uint64_t to, std::uint64_t transfer, std::uint32_t from, std::uint32_t chunks) {
    return told(sut.received(to, domain::grant{transfer_id{transfer}, from, chunks}));
  }
  std::string abort(std::uint64_t from, std::uint64_t transfer) {
    return told(sut.received(from, domain::abort_transfer{transfer_id{transfer}, {}}));
  }

  static inline const domain::shared_bytes stream = stream_of(4);
  std::shared_ptr<const std::vector<domain::digest>> digests =
      std::make_shared<const std::vector<domain::digest>>(4, domain::digest{});
  outbound_transfers sut{2};
};

} // namespace

TEST_F(outbound_transfers_test, sends_what_each_receiver_granted) {
  EXPECT_EQ(begin(1, 5, 0, 1), "5#0");
  EXPECT_EQ(begin(2, 5, 2, 1), "5#2") << "receivers choose their transfers without knowing of each other";
  EXPECT_EQ(credit(1, 5, 2), "5#1 5#2");
  EXPECT_EQ(credit(2, 5, 9), "5#3");
}

TEST_F(outbound_transfers_test, sends_slices_of_the_one_stream_with_the_digests_that_were_computed_once) {
  const auto sent = sut.begin(1, domain::get_model{{}, transfer_id{5}, 1, 1}, {stream, digests});
  ASSERT_TRUE(sent);
  ASSERT_EQ(sent->size(), 1u);
  EXPECT_EQ(sent->front().payload.data(), stream.data() + domain::chunk_bytes);
  EXPECT_EQ(sent->front().what.content, digests->at(1));
}

TEST_F(outbound_transfers_test, forgets_a_transfer_that_is_sent_in_full) {
  EXPECT_EQ(begin(1, 5, 0, 4), "5#0 5#1 5#2 5#3");
  EXPECT_EQ(sut.open(), 0u);
  EXPECT_EQ(credit(1, 5, 4), "");
  EXPECT_EQ(grant(1, 5, 0, 4), "") << "who misses something asks for the model again";
  EXPECT_EQ(begin(1, 5, 3, 8), "5#3");
}

TEST_F(outbound_transfers_test, goes_on_where_a_receiver_asks_it_to) {
  begin(1, 5, 0, 3);
  EXPECT_EQ(grant(1, 5, 1, 1), "5#1") << "a gap";
  EXPECT_EQ(begin(1, 5, 2, 1), "5#2") << "a broken connection";
  EXPECT_EQ(sut.open(), 1u);
}

TEST_F(outbound_transfers_test, is_busy_at_its_bound_but_not_for_a_transfer_that_is_open) {
  begin(1, 5, 0, 1);
  begin(1, 6, 0, 1);
  EXPECT_EQ(begin(2, 5, 0, 1), "5 aborted busy");
  EXPECT_EQ(begin(1, 6, 1, 1), "6#1");
  abort(1, 5);
  EXPECT_EQ(begin(2, 5, 0, 1), "5#0");
}

TEST_F(outbound_transfers_test, forgets_all_transfers_of_a_receiver_that_is_gone_and_only_those) {
  begin(1, 5, 0, 1);
  begin(2, 5, 0, 1);
  sut.forget(1);
  EXPECT_EQ(credit(1, 5, 1), "");
  EXPECT_EQ(credit(2, 5, 1), "5#1");
}

TEST_F(outbound_transfers_test, ignores_what_speaks_of_transfers_that_were_never_begun) {
  EXPECT_EQ(credit(1, 5, 1), "");
  EXPECT_EQ(grant(1, 5, 0, 1), "");
  abort(1, 5);
  sut.forget(1);
  EXPECT_EQ(sut.open(), 0u);
}

TEST_F(outbound_transfers_test, sends_nothing_to_who_asks_for_a_chunk_past_the_end) {
  EXPECT_EQ(begin(1, 5, 9, 4), "");
  EXPECT_EQ(sut.open(), 0u) << "such transfers would fill the table for good";
}

} // namespace fedloom::transfer
