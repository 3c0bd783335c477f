#include "services/runtime/url.hpp"

#include <gmock/gmock.h>

namespace fedloom::runtime {

using testing::ElementsAre;
using testing::Pair;

TEST(url, resolves_percent_signs_and_keeps_broken_ones) {
  EXPECT_EQ(percent_decode("a%20b%2Fc"), "a b/c");
  EXPECT_EQ(percent_decode("100%"), "100%");
  EXPECT_EQ(percent_decode("%zz%4"), "%zz%4");
  EXPECT_EQ(percent_decode("a+b"), "a+b");
  EXPECT_EQ(percent_decode("a+b", plus_sign::is_space), "a b");
}

TEST(url, reads_a_query) {
  EXPECT_THAT(parse_query("b=x+y&a=1%262&flag&=nobody&b=last"),
              ElementsAre(Pair("a", "1&2"), Pair("b", "last"), Pair("flag", "")));
  EXPECT_TRUE(parse_query("").empty());
}

TEST(url, cuts_a_path_and_ignores_a_trailing_slash) {
  EXPECT_THAT(segments_of("/api/v1/"), ElementsAre("api", "v1"));
  EXPECT_THAT(segments_of("/a//b"), ElementsAre("a", "", "b"));
  EXPECT_TRUE(segments_of("/").empty());
}

TEST(url, finds_a_parameter_of_a_header) {
  EXPECT_EQ(header_parameter("multipart/form-data; charset=utf-8; Boundary=abc", "boundary"), "abc");
  EXPECT_EQ(header_parameter(R"(form-data; name="a;\"b"; filename="c.npz")", "name"), "a;\"b");
  EXPECT_EQ(header_parameter(R"(form-data; name="a;\"b"; filename="c.npz")", "filename"), "c.npz");
  EXPECT_EQ(header_parameter("text/plain", "charset"), std::nullopt);
  EXPECT_EQ(header_parameter(R"(form-data; name="open)", "name"), "open");
}

} // namespace fedloom::runtime
