#include "actors/transfer/receiver_machine.hpp"
#include "tests/actors/transfer/streams.hpp"

#include <gtest/gtest.h>

namespace fedloom::transfer {

namespace {

const domain::transfer_id seven{7};

domain::shared_bytes bytes_of(std::size_t count) {
  return domain::shared_bytes::adopt(std::vector<std::byte>(count));
}

/// One line about what the machine answers to chunk `index`: "taken", "credit 2", "rewind 3 4", "complete" or the
/// error.
std::string answer(receiver_machine& sut, std::uint32_t index, std::size_t bytes = domain::chunk_bytes) {
  const auto before = sut.bytes_held();
  const auto result = sut.step({seven, index, {}}, bytes_of(bytes));
  if (!result) {
    return std::string{domain::to_string(result.error().code)};
  }
  std::string text = sut.bytes_held() > before ? "taken" : "ignored";
  if (result->more) {
    text += ", credit " + std::to_string(result->more->chunks);
  }
  if (result->rewind) {
    text += ", rewind to " + std::to_string(result->rewind->from_chunk) + " window " +
            std::to_string(result->rewind->credit);
  }
  return text + (result->complete ? ", complete" : "");
}

} // namespace

TEST(receiver_machine_test, opens_with_its_window) {
  receiver_machine sut{seven, 10 * domain::chunk_bytes, 4};
  EXPECT_EQ(sut.open(), (domain::grant{seven, 0, 4}));
}

TEST(receiver_machine_test, asks_for_more_in_batches_of_half_a_window) {
  receiver_machine sut{seven, 8 * domain::chunk_bytes, 4};
  sut.open();
  EXPECT_EQ(answer(sut, 0), "taken");
  EXPECT_EQ(answer(sut, 1), "taken, credit 2");
  EXPECT_EQ(answer(sut, 2), "taken");
  EXPECT_EQ(answer(sut, 3), "taken, credit 2");
  EXPECT_EQ(answer(sut, 4), "taken") << "all that is left is granted";
  EXPECT_EQ(answer(sut, 5), "taken");
  EXPECT_EQ(answer(sut, 6), "taken");
  EXPECT_EQ(answer(sut, 7), "taken, complete");
}

TEST(receiver_machine_test, gives_credit_with_a_window_of_one) {
  receiver_machine sut{seven, 2 * domain::chunk_bytes, 1};
  sut.open();
  EXPECT_EQ(answer(sut, 0), "taken, credit 1");
  EXPECT_EQ(answer(sut, 1), "taken, complete");
}

TEST(receiver_machine_test, takes_a_short_last_chunk_only_at_its_length) {
  receiver_machine sut{seven, domain::chunk_bytes + 5, 4};
  sut.open();
  EXPECT_EQ(answer(sut, 0), "taken");
  EXPECT_EQ(answer(sut, 1, 6), "too_large");
  EXPECT_EQ(answer(sut, 1, 4), "malformed");
  EXPECT_EQ(answer(sut, 1, 5), "taken, complete");
}

TEST(receiver_machine_test, refuses_chunks_beyond_the_announced_length) {
  receiver_machine sut{seven, domain::chunk_bytes, 4};
  sut.open();
  EXPECT_EQ(answer(sut, 1), "too_large");
  EXPECT_EQ(answer(sut, 0, domain::chunk_bytes + 1), "too_large");
  EXPECT_EQ(sut.bytes_held(), 0u);
}

TEST(receiver_machine_test, asks_once_per_gap) {
  receiver_machine sut{seven, 9 * domain::chunk_bytes, 4};
  sut.open();
  EXPECT_EQ(answer(sut, 0), "taken");
  EXPECT_EQ(answer(sut, 2), "ignored, rewind to 1 window 4");
  EXPECT_EQ(answer(sut, 3), "ignored");
  EXPECT_EQ(answer(sut, 1), "taken");
  EXPECT_EQ(answer(sut, 3), "ignored, rewind to 2 window 4") << "another gap";
}

TEST(receiver_machine_test, ignores_repeated_chunks_and_other_transfers) {
  receiver_machine sut{seven, 2 * domain::chunk_bytes, 4};
  sut.open();
  EXPECT_EQ(answer(sut, 0), "taken");
  EXPECT_EQ(answer(sut, 0), "ignored");
  const auto other = sut.step({domain::transfer_id{8}, 1, {}}, bytes_of(domain::chunk_bytes));
  ASSERT_TRUE(other);
  EXPECT_FALSE(other->complete);
  EXPECT_EQ(sut.chunks().size(), 1u);
}

TEST(receiver_machine_test, resumes_where_it_stands) {
  receiver_machine sut{seven, 4 * domain::chunk_bytes, 2};
  sut.open();
  answer(sut, 0);
  answer(sut, 1);
  EXPECT_EQ(sut.open(), (domain::grant{seven, 2, 2}));
}

TEST(receiver_machine_test, is_complete_at_once_for_an_empty_stream) {
  receiver_machine sut{seven, 0, 4};
  EXPECT_TRUE(sut.complete());
  EXPECT_EQ(answer(sut, 0, 0), "too_large");
}

TEST(receiver_machine_test, holds_nothing_after_handing_its_chunks_over) {
  receiver_machine sut{seven, 2 * domain::chunk_bytes, 4};
  sut.open();
  answer(sut, 0);
  EXPECT_EQ(sut.take_chunks().size(), 1u);
  EXPECT_EQ(sut.bytes_held(), 0u);
  EXPECT_EQ(answer(sut, 1), "taken, complete");
}

} // namespace fedloom::transfer
