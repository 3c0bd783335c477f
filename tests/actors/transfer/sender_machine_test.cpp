#include "actors/transfer/digests.hpp"
#include "actors/transfer/sender_machine.hpp"
#include "tests/actors/transfer/streams.hpp"

#include <gtest/gtest.h>

namespace fedloom::transfer {

namespace {

const domain::transfer_id seven{7};

std::string indices(const std::vector<send_chunk>& sent) {
  std::string text;
  for (const auto& each : sent) {
    text += (text.empty() ? "" : " ") + std::to_string(each.what.index);
  }
  return text;
}

} // namespace

TEST(sender_machine_test, sends_nothing_before_a_grant) {
  sender_machine sut{seven, stream_of(3)};
  EXPECT_EQ(indices(sut.step(domain::credit{seven, 5})), "");
  EXPECT_EQ(indices(sut.step(domain::grant{seven, 0, 1})), "0") << "early credit must not count";
}

TEST(sender_machine_test, never_sends_more_than_was_granted) {
  sender_machine sut{seven, stream_of(5)};
  EXPECT_EQ(indices(sut.step(domain::grant{seven, 0, 2})), "0 1");
  EXPECT_EQ(indices(sut.step(domain::credit{seven, 1})), "2");
  EXPECT_FALSE(sut.sent_all());
  EXPECT_EQ(indices(sut.step(domain::credit{seven, 9})), "3 4");
  EXPECT_TRUE(sut.sent_all());
  EXPECT_EQ(indices(sut.step(domain::credit{seven, 9})), "");
}

TEST(sender_machine_test, cuts_the_stream_without_copying_it) {
  const auto stream = stream_of(1, 10);
  sender_machine sut{seven, stream};
  const auto sent = sut.step(domain::grant{seven, 0, 8});
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(sent[0].payload.data(), stream.data());
  EXPECT_EQ(sent[0].payload.size(), domain::chunk_bytes);
  EXPECT_EQ(sent[1].payload.data(), stream.data() + domain::chunk_bytes);
  EXPECT_EQ(sent[1].payload.size(), 10u);
}

TEST(sender_machine_test, computes_a_chunks_digest_as_it_leaves) {
  const auto stream = stream_of(0, 100);
  sender_machine sut{seven, stream};
  const auto sent = sut.step(domain::grant{seven, 0, 1});
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].what, (domain::chunk{seven, 0, digest_of(stream.span())}));
}

TEST(sender_machine_test, uses_the_digests_it_was_given) {
  const auto known = std::make_shared<const std::vector<domain::digest>>(
      std::vector{digest_of(domain::as_bytes("one")), digest_of(domain::as_bytes("two"))});
  sender_machine sut{seven, stream_of(1, 1), known};
  const auto sent = sut.step(domain::grant{seven, 1, 1});
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].what.content, (*known)[1]);
}

TEST(sender_machine_test, resumes_from_a_chunk_and_forgets_old_credit) {
  sender_machine sut{seven, stream_of(6)};
  sut.step(domain::grant{seven, 0, 4});
  EXPECT_EQ(indices(sut.step(domain::grant{seven, 2, 2})), "2 3");
  EXPECT_EQ(indices(sut.step(domain::grant{seven, 5, 9})), "5");
  EXPECT_TRUE(sut.sent_all());
  EXPECT_EQ(indices(sut.step(domain::grant{seven, 4, 1})), "4") << "a sent stream can be asked for again";
}

TEST(sender_machine_test, ignores_a_grant_past_the_end_and_other_transfers) {
  sender_machine sut{seven, stream_of(2)};
  EXPECT_EQ(indices(sut.step(domain::grant{seven, 3, 9})), "");
  EXPECT_EQ(indices(sut.step(domain::grant{domain::transfer_id{8}, 0, 9})), "");
  EXPECT_EQ(indices(sut.step(domain::grant{seven, 0, 1})), "0");
  EXPECT_EQ(indices(sut.step(domain::credit{domain::transfer_id{8}, 1})), "");
}

TEST(sender_machine_test, is_done_when_the_receiver_has_everything_already) {
  sender_machine sut{seven, stream_of(2)};
  EXPECT_EQ(indices(sut.step(domain::grant{seven, 2, 4})), "");
  EXPECT_TRUE(sut.sent_all());
  EXPECT_TRUE((sender_machine{seven, {}}.sent_all()));
}

TEST(sender_machine_test, survives_credit_that_would_overflow) {
  sender_machine sut{seven, stream_of(3)};
  sut.step(domain::grant{seven, 0, 1});
  EXPECT_EQ(indices(sut.step(domain::credit{seven, ~std::uint32_t{0}})), "1 2");
  EXPECT_EQ(indices(sut.step(domain::credit{seven, ~std::uint32_t{0}})), "");
}

} // namespace fedloom::transfer
