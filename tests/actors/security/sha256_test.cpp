#include "actors/security/sha256.hpp"

#include <gtest/gtest.h>
#include <string>

namespace fedloom::security {
namespace {

std::string hex(const sha256_digest& digest) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const auto byte : digest) {
    text += digits[byte >> 4];
    text += digits[byte & 0xf];
  }
  return text;
}

TEST(sha256_test, gives_the_digests_of_the_standard) {
  EXPECT_EQ(hex(sha256_of({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256_of(domain::as_bytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(sha256_test, does_not_depend_on_the_cut_into_parts) {
  const std::string text(1000, 'x');
  for (std::size_t cut = 0; cut <= text.size(); cut += 63) {
    sha256 hash;
    hash.update(domain::as_bytes(std::string_view(text).substr(0, cut)));
    hash.update(domain::as_bytes(std::string_view(text).substr(cut)));
    EXPECT_EQ(hash.finish(), sha256_of(domain::as_bytes(text))) << cut;
  }
}

TEST(sha256_test, begins_anew_after_finish) {
  sha256 hash;
  hash.update(domain::as_bytes("something else"));
  hash.finish();
  hash.update(domain::as_bytes("abc"));
  EXPECT_EQ(hash.finish(), sha256_of(domain::as_bytes("abc")));
  EXPECT_EQ(hash.finish(), sha256_of({}));
}

TEST(sha256_test, can_be_moved_in_the_middle_of_a_message) {
  sha256 first;
  first.update(domain::as_bytes("a"));
  sha256 second = std::move(first);
  second.update(domain::as_bytes("bc"));
  EXPECT_EQ(second.finish(), sha256_of(domain::as_bytes("abc")));
}

} // namespace
} // namespace fedloom::security
