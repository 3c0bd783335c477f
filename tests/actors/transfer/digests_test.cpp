#include "actors/transfer/digests.hpp"
#include "tests/actors/transfer/streams.hpp"

#include <gtest/gtest.h>

namespace fedloom::transfer {

TEST(digests_test, are_xxh3_128_in_canonical_form) {
  // The reference value of XXH3-128 for the empty input, as printed by `xxh128sum /dev/null`.
  EXPECT_EQ(domain::to_hex(digest_of({})), "99aa06d3014798d86001c324468d497f");
}

TEST(digests_test, tell_contents_apart) {
  EXPECT_EQ(digest_of(domain::as_bytes("abc")), digest_of(domain::as_bytes("abc")));
  EXPECT_NE(digest_of(domain::as_bytes("abc")), digest_of(domain::as_bytes("abd")));
}

TEST(digests_test, of_a_stream_are_taken_over_the_digests_of_its_chunks) {
  const auto stream = stream_of(2, 17);
  const std::vector chunks{digest_of(stream.slice(0, domain::chunk_bytes).span()),
                           digest_of(stream.slice(domain::chunk_bytes, domain::chunk_bytes).span()),
                           digest_of(stream.slice(2 * domain::chunk_bytes, 17).span())};
  EXPECT_EQ(stream_digest(stream.span()), digest_over(chunks));
  EXPECT_EQ(stream_digest({}), digest_over({}));
}

TEST(digests_test, depend_on_the_order_of_chunks) {
  const std::vector forth{digest_of(domain::as_bytes("a")), digest_of(domain::as_bytes("b"))};
  const std::vector back{forth[1], forth[0]};
  EXPECT_NE(digest_over(forth), digest_over(back));
}

TEST(digests_test, count_chunks_rounded_up) {
  EXPECT_EQ(chunk_count(0), 0u);
  EXPECT_EQ(chunk_count(1), 1u);
  EXPECT_EQ(chunk_count(domain::chunk_bytes), 1u);
  EXPECT_EQ(chunk_count(domain::chunk_bytes + 1), 2u);
  EXPECT_EQ(chunk_count(~std::uint64_t{0}), ~std::uint32_t{0});
}

} // namespace fedloom::transfer
