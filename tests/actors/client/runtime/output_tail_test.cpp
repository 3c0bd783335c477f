#include "actors/client/runtime/output_tail.hpp"

#include <gtest/gtest.h>

namespace fedloom::client {
namespace {

TEST(output_tail_test, keeps_everything_up_to_its_capacity) {
  output_tail tail(8);
  tail.append("abcd");
  tail.append("efgh");
  EXPECT_EQ(tail.text(), "abcdefgh");
}

TEST(output_tail_test, keeps_the_end_of_many_small_and_of_one_large_piece) {
  output_tail tail(4);
  for (char letter = 'a'; letter <= 'z'; ++letter)
    tail.append({&letter, 1});
  EXPECT_EQ(tail.text(), "wxyz");
  tail.append("0123456789");
  EXPECT_EQ(tail.text(), "6789");
}

TEST(last_lines_test, cuts_at_the_beginning_of_a_line) {
  EXPECT_EQ(last_lines("first\nsecond\nthird\n\n", 14), "second\nthird");
  EXPECT_EQ(last_lines("first\nsecond\nthird\n", 13), "second\nthird");
  EXPECT_EQ(last_lines("one very long line", 4), "line");
  EXPECT_EQ(last_lines(" \n", 4), "");
}

TEST(last_lines_test, leaves_nothing_that_is_not_printable_text) {
  EXPECT_EQ(last_lines("a\x1b[31mb\tc\xff"
                       "d",
                       100),
            "a [31mb c?d");
  EXPECT_EQ(last_lines("gr\xc3\xbc\xc3\x9f dich", 100), "gr\xc3\xbc\xc3\x9f dich");
  EXPECT_EQ(last_lines("\xed\xa0\x80", 100), "???"); // a surrogate
  EXPECT_EQ(last_lines("caf\xc3", 100), "caf?");
}

TEST(last_lines_test, does_not_begin_inside_a_character) {
  EXPECT_EQ(last_lines("\xc3\xbc\xc3\xbc", 3), "\xc3\xbc");
}

} // namespace
} // namespace fedloom::client
