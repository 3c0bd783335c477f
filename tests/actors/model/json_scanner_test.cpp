#include "actors/model/json_scanner.hpp"

#include <gtest/gtest.h>

namespace fedloom::model {
namespace {

using namespace std::string_literals;

std::optional<std::string> string_in(const std::string& text) {
  return json_scanner(text).string();
}

std::optional<std::uint64_t> number_in(const std::string& text) {
  json_scanner json(text);
  const auto number = json.whole_number();
  return json.at_end() ? number : std::nullopt;
}

TEST(json_scanner_test, strings_are_unescaped) {
  EXPECT_EQ(string_in(R"( "plain")"), "plain");
  EXPECT_EQ(string_in(R"("\"\\\/\b\f\n\r\t")"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(string_in(R"("\u0041\u00e4\u20AC\ud83d\ude00")"), "Aä€😀");
  EXPECT_EQ(string_in(R"("größe")"), "größe");
  EXPECT_EQ(string_in(R"("\u0000")"), "\0"s);
}

TEST(json_scanner_test, strings_that_are_none_are_refused) {
  for (const auto& text : {R"("open)"s,
                           "'single'"s,
                           "\"\n\""s,
                           R"("\x41")"s,
                           R"("\u12")"s,
                           R"("\u+123")"s,
                           R"("\ud800")"s,
                           R"("\ud800\u0041")"s,
                           R"("\udc00")"s,
                           R"("\)"s,
                           R"("\u)"s,
                           ""s,
                           "\"\x80\""s,
                           "\"\xc0\xaf\""s,
                           "\"\xe0\x80\x80\""s,
                           "\"\xed\xa0\x80\""s,
                           "\"\xf5\x80\x80\x80\""s,
                           "\"\xf4\x90\x80\x80\""s,
                           "\"\xe2\x82\""s,
                           "\"\xff\""s}) {
    EXPECT_FALSE(string_in(text)) << text;
  }
}

TEST(json_scanner_test, only_whole_numbers_are_numbers) {
  EXPECT_EQ(number_in(" 0 "), 0U);
  EXPECT_EQ(number_in("18446744073709551615"), 18446744073709551615U);
  for (const auto* text : {"18446744073709551616", "-1", "+1", "01", "00", "1.0", "1e3", "", "x", "0x1"}) {
    EXPECT_FALSE(number_in(text)) << text;
  }
}

TEST(json_scanner_test, any_text_can_be_quoted_and_read_back) {
  for (const auto& text : {""s, "plain"s, "\"\\/"s, "\0\x1f\x7f"s, "größe 😀"s}) {
    const auto quoted = json_string_of(text);
    ASSERT_TRUE(quoted);
    EXPECT_EQ(string_in(*quoted), text) << *quoted;
  }
  EXPECT_FALSE(json_string_of("\xff"));
}

} // namespace
} // namespace fedloom::model
