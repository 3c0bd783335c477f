#include "messages/domain/bytes.hpp"
#include "messages/domain/ids.hpp"
#include "messages/domain/message.hpp"

#include <gtest/gtest.h>

using namespace fedloom::domain;

TEST(ids_test, a_name_has_1_to_64_letters_digits_underscores_dots_and_dashes) {
  EXPECT_TRUE(valid_name("a"));
  EXPECT_TRUE(valid_name("Hospital_7.ward-3"));
  EXPECT_TRUE(valid_name(std::string(64, 'x')));
  EXPECT_FALSE(valid_name(""));
  EXPECT_FALSE(valid_name(std::string(65, 'x')));
  EXPECT_FALSE(valid_name("two words"));
  EXPECT_FALSE(valid_name("../etc/passwd"));
  EXPECT_FALSE(valid_name(std::string_view("a\0b", 3)));
  EXPECT_FALSE(valid_name("\xc3\xa9"));
}

TEST(ids_test, a_session_is_a_lower_case_uuid) {
  EXPECT_TRUE(valid_uuid("0b51fc53-0f8d-4c3a-9f6e-0d4a8e5f7b21"));
  EXPECT_FALSE(valid_uuid("0B51FC53-0F8D-4C3A-9F6E-0D4A8E5F7B21"));
  EXPECT_FALSE(valid_uuid("0b51fc53-0f8d-4c3a-9f6e-0d4a8e5f7b2"));
  EXPECT_FALSE(valid_uuid("0b51fc530-f8d-4c3a-9f6e-0d4a8e5f7b21"));
  EXPECT_FALSE(valid_uuid(""));
}

TEST(ids_test, hex_reads_back_what_it_wrote) {
  model_id::value_type bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(i * 8 + 7);
  }
  const model_id model{bytes};
  EXPECT_EQ(to_hex(model).substr(0, 8), "070f171f");
  EXPECT_EQ(model_id_from_hex(to_hex(model)), model);
  const token ticket{{0xff, 0x00, 0x10}};
  EXPECT_EQ(to_hex(ticket), "ff001000000000000000000000000000");
  EXPECT_EQ(token_from_hex(to_hex(ticket)), ticket);
}

TEST(ids_test, hex_of_another_length_case_or_alphabet_is_malformed) {
  for (const auto& text :
       {std::string{}, std::string(63, 'a'), std::string(65, 'a'), std::string(64, 'A'), std::string(63, 'a') + "g"}) {
    const auto answer = model_id_from_hex(text);
    ASSERT_FALSE(answer) << text;
    EXPECT_EQ(answer.error().code, errc::malformed);
  }
  EXPECT_FALSE(token_from_hex(std::string(31, '0')));
}

TEST(ids_test, a_round_key_is_printed_as_session_round_and_attempt) {
  EXPECT_EQ(to_string(round_key{session_id{"s"}, 3, 2}), "s/3.2");
}

TEST(ids_test, round_keys_are_ordered_by_session_then_round_then_attempt) {
  EXPECT_LT((round_key{session_id{"a"}, 9, 9}), (round_key{session_id{"b"}, 1, 1}));
  EXPECT_LT((round_key{session_id{"a"}, 1, 9}), (round_key{session_id{"a"}, 2, 1}));
  EXPECT_LT((round_key{session_id{"a"}, 1, 1}), (round_key{session_id{"a"}, 1, 2}));
}

TEST(ids_test, a_slice_is_cut_at_the_end_and_outlives_its_origin) {
  auto whole = shared_bytes::copy_of("0123456789");
  const auto tail = whole.slice(7, 100);
  const auto beyond = whole.slice(50, 1);
  whole = {};
  EXPECT_EQ(tail.text(), "789");
  EXPECT_TRUE(beyond.empty());
}

TEST(ids_test, the_name_of_a_body_is_its_own) {
  EXPECT_EQ(name_of(combiner_hello{}), "combiner_hello");
  EXPECT_EQ(name_of(round_plan{}), "round_plan");
  EXPECT_EQ(name_of(abort_transfer{}), "abort_transfer");
}

TEST(ids_test, an_error_is_printed_with_its_code) {
  EXPECT_EQ(to_string(error{errc::late, "round 3 is over"}), "late: round 3 is over");
  EXPECT_EQ(to_string(errc::busy), "busy");
}
