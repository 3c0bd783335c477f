#include "messages/codec/text.hpp"

#include <gtest/gtest.h>

using namespace fedloom::codec;

TEST(text_test, valid_text_stays_as_it_is) {
  for (const std::string text : {"", "plain", "h\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x99\x82 end"}) {
    EXPECT_EQ(valid_utf8(text), text);
    EXPECT_EQ(head_of(text, 100), text);
    EXPECT_EQ(tail_of(text, 100), text);
  }
}

TEST(text_test, every_byte_outside_utf8_becomes_a_question_mark) {
  EXPECT_EQ(valid_utf8("a\xff"
                       "b"),
            "a?b");
  EXPECT_EQ(valid_utf8("\x80\x80"), "??");
  EXPECT_EQ(valid_utf8("cut\xe2\x82"), "cut??");
  EXPECT_EQ(valid_utf8("\xc0\xaf"), "??") << "overlong";
  EXPECT_EQ(valid_utf8("\xe0\x80\x80"), "???") << "overlong";
  EXPECT_EQ(valid_utf8("\xed\xa0\x80"), "???") << "surrogate";
  EXPECT_EQ(valid_utf8("\xf4\x90\x80\x80"), "????") << "beyond the last code point";
}

TEST(text_test, a_cut_never_goes_through_a_character) {
  const std::string euro = "\xe2\x82\xac";
  const std::string text = euro + euro + euro;
  EXPECT_EQ(head_of(text, 8), euro + euro);
  EXPECT_EQ(head_of(text, 7), euro + euro);
  EXPECT_EQ(head_of(text, 6), euro + euro);
  EXPECT_EQ(tail_of(text, 8), euro + euro);
  EXPECT_EQ(tail_of(text, 4), euro);
  EXPECT_EQ(tail_of(text, 2), "");
}

TEST(text_test, the_bound_holds_for_garbage_too) {
  const std::string garbage(1000, '\x80');
  for (std::size_t bound = 0; bound < 20; ++bound) {
    EXPECT_LE(head_of(garbage, bound).size(), bound);
    EXPECT_LE(tail_of(garbage, bound).size(), bound);
  }
}
