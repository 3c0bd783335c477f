#include "services/runtime/http_range.hpp"

#include "services/runtime/http_server.hpp"
#include "tests/support/http_client.hpp"

#include <gmock/gmock.h>

namespace fedloom::runtime {

using domain::shared_bytes;
using test::http;
using testing::HasSubstr;

namespace {

/// "first+count", "whole" or "beyond"
std::string read(std::string_view header, std::uint64_t size = 100) {
  const auto wanted = range_of(header, size);
  if (const auto* range = std::get_if<body_range>(&wanted)) {
    return std::to_string(range->first) + '+' + std::to_string(range->count);
  }
  return std::holds_alternative<beyond_body>(wanted) ? "beyond" : "whole";
}

/// Serves "abcdefghij", laid out in pieces, under the entity tag "letters".
class http_range_test : public testing::Test {
protected:
  static void SetUpTestSuite() {
    std::vector<route> routes;
    routes.push_back({"GET", "/letters", http_handler{[](http_request&) {
                        http_response answer;
                        answer.body = std::vector<shared_bytes>{shared_bytes::copy_of(std::string_view{"abc"}),
                                                                shared_bytes::copy_of(std::string_view{"defg"}),
                                                                shared_bytes::copy_of(std::string_view{"hij"})};
                        answer.entity_tag = "letters";
                        return answer;
                      }}});
    routes.push_back({"GET", "/untagged", http_handler{[](http_request&) {
                        http_response answer;
                        answer.body = std::string{"abcdefghij"};
                        return answer;
                      }}});
    server = http_server::start({}, std::move(routes)).value();
  }
  static void TearDownTestSuite() { server.reset(); }

  static test::http_answer get(std::string_view headers, std::string_view path = "/letters") {
    return http(server->port(), "GET", path, "", headers);
  }

  static inline std::unique_ptr<http_server> server;
};

} // namespace

TEST(range_of, reads_the_three_forms) {
  EXPECT_EQ(read("bytes=0-0"), "0+1");
  EXPECT_EQ(read("bytes=10-19"), "10+10");
  EXPECT_EQ(read("bytes=90-"), "90+10");
  EXPECT_EQ(read("bytes=-30"), "70+30");
}

TEST(range_of, ends_with_the_body) {
  EXPECT_EQ(read("bytes=90-1000"), "90+10");
  EXPECT_EQ(read("bytes=90-99999999999999999999999"), "90+10");
  EXPECT_EQ(read("bytes=-1000"), "0+100");
}

TEST(range_of, knows_what_lies_behind_the_end) {
  EXPECT_EQ(read("bytes=100-"), "beyond");
  EXPECT_EQ(read("bytes=99999999999999999999999-"), "beyond");
  EXPECT_EQ(read("bytes=-0"), "beyond");
  EXPECT_EQ(read("bytes=0-", 0), "beyond");
}

TEST(range_of, passes_over_what_is_no_single_range) {
  for (const auto* header : {"", "bytes", "bytes=", "bytes=-", "bytes=x-5", "bytes=5-x", "bytes=9-5", "bytes=1-2,5-6",
                             "lines=1-2", "bytes=+1-2", "bytes=--2", "bytes=1-2-3"}) {
    EXPECT_EQ(read(header), "whole") << header;
  }
}

TEST_F(http_range_test, sends_pieces_as_one_body) {
  const auto answer = get("");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "abcdefghij");
  EXPECT_TRUE(answer.has_header("Content-Length: 10"));
  EXPECT_TRUE(answer.has_header("ETag: \"letters\""));
  EXPECT_TRUE(answer.has_header("Accept-Ranges: bytes"));
}

TEST_F(http_range_test, cuts_any_range_out_of_the_pieces) {
  const std::string whole = "abcdefghij";
  for (std::size_t first = 0; first < whole.size(); ++first) {
    for (std::size_t last = first; last < whole.size(); ++last) {
      const auto answer = get("Range: bytes=" + std::to_string(first) + '-' + std::to_string(last) + "\r\n");
      EXPECT_EQ(answer.status, 206);
      EXPECT_EQ(answer.body, whole.substr(first, last - first + 1));
    }
  }
  EXPECT_TRUE(get("Range: bytes=2-4\r\n").has_header("Content-Range: bytes 2-4/10"));
}

TEST_F(http_range_test, refuses_a_range_behind_the_end_and_says_where_that_is) {
  const auto answer = get("Range: bytes=10-\r\n");
  EXPECT_EQ(answer.status, 416);
  EXPECT_TRUE(answer.has_header("Content-Range: bytes */10"));
  EXPECT_THAT(answer.body, HasSubstr("10 bytes"));
}

TEST_F(http_range_test, goes_on_only_with_the_same_bytes) {
  EXPECT_EQ(get("Range: bytes=2-4\r\nIf-Range: \"letters\"\r\n").body, "cde");
  const auto changed = get("Range: bytes=2-4\r\nIf-Range: \"digits\"\r\n");
  EXPECT_EQ(changed.status, 200);
  EXPECT_EQ(changed.body, "abcdefghij");
}

TEST_F(http_range_test, sends_nothing_to_who_has_it) {
  const auto answer = get("If-None-Match: \"digits\", W/\"letters\"\r\n");
  EXPECT_EQ(answer.status, 304);
  EXPECT_EQ(answer.body, "");
  EXPECT_EQ(get("If-None-Match: \"digits\"\r\n").status, 200);
}

TEST_F(http_range_test, tells_a_head_the_whole_length) {
  const auto answer = http(server->port(), "HEAD", "/letters", "", "Range: bytes=2-4\r\n");
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.has_header("Content-Length: 10"));
}

TEST_F(http_range_test, cuts_nothing_without_a_tag) {
  const auto answer = get("Range: bytes=2-4\r\n", "/untagged");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "abcdefghij");
}

} // namespace fedloom::runtime
