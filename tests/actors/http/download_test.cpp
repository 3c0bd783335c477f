#include "tests/actors/http/http_world.hpp"

namespace fedloom::http {

using domain::errc;
using testing::HasSubstr;
using testing::Not;

namespace {

constexpr auto head = "HTTP/1.1 200 OK\r\nETag: \"m1\"\r\nContent-Length: 10\r\nConnection: close\r\n\r\n";
constexpr auto rest_head = "HTTP/1.1 206 Partial Content\r\nETag: \"m1\"\r\nContent-Range: bytes 4-9/10\r\n"
                           "Content-Length: 6\r\nConnection: close\r\n\r\n";

class download_test : public testing::Test {
protected:
  domain::expected<answer> download(const std::string& url, const std::string& etag = {}) const {
    return client().download({{"GET", url, {}, {}, {}}, file, etag, {}});
  }
  void leave_part(const std::string& bytes) const { std::ofstream(part) << bytes; }

  test::temporary_folder folder;
  std::filesystem::path file = folder / "model.npz";
  std::filesystem::path part = folder / "model.npz.part";
};

} // namespace

TEST_F(download_test, writes_the_whole_body_and_leaves_nothing_else) {
  rough_server server({std::string{head} + "0123456789"});
  const auto got = download(server.url());
  ASSERT_TRUE(got) << got.error().text;
  EXPECT_EQ(content_of(file), "0123456789");
  EXPECT_FALSE(exists(part));
}

TEST_F(download_test, goes_on_where_the_connection_broke) {
  rough_server server({std::string{head} + "0123", std::string{rest_head} + "456789"});
  const auto got = download(server.url());
  ASSERT_TRUE(got) << got.error().text;
  EXPECT_EQ(content_of(file), "0123456789");
  EXPECT_THAT(server.requests().at(1), HasSubstr("Range: bytes=4-\r\n"));
  EXPECT_THAT(server.requests().at(1), HasSubstr("If-Range: \"m1\"\r\n"));
}

TEST_F(download_test, goes_on_from_what_an_earlier_call_left_of_a_known_content) {
  leave_part("0123");
  rough_server server({std::string{rest_head} + "456789"});
  ASSERT_TRUE(download(server.url(), "\"m1\""));
  EXPECT_EQ(content_of(file), "0123456789");
}

TEST_F(download_test, begins_anew_when_nobody_knows_what_the_part_belongs_to) {
  leave_part("old");
  rough_server server({std::string{head} + "0123456789"});
  ASSERT_TRUE(download(server.url()));
  EXPECT_EQ(content_of(file), "0123456789");
  EXPECT_THAT(server.requests().at(0), Not(HasSubstr("Range")));
}

TEST_F(download_test, begins_anew_when_the_server_sends_all_of_it) {
  leave_part("0123");
  rough_server server({std::string{head} + "abcdefghij"});
  ASSERT_TRUE(download(server.url(), "\"m1\""));
  EXPECT_EQ(content_of(file), "abcdefghij");
}

TEST_F(download_test, begins_anew_when_there_is_no_such_range) {
  leave_part("0123456789abc");
  rough_server server(
      {"HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n\r\n", std::string{head} + "0123456789"});
  ASSERT_TRUE(download(server.url(), "\"m1\""));
  EXPECT_EQ(content_of(file), "0123456789");
}

TEST_F(download_test, gives_up_when_a_broken_connection_brings_nothing_more) {
  rough_server server({std::string{head} + "0123", rest_head});
  const auto got = download(server.url());
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, errc::unavailable);
  EXPECT_FALSE(exists(file));
  EXPECT_FALSE(exists(part)); // nobody could say what it is the beginning of
}

TEST_F(download_test, keeps_the_beginning_of_a_known_content_for_the_next_call) {
  rough_server server({std::string{head} + "0123", rest_head});
  ASSERT_FALSE(download(server.url(), "\"m1\""));
  EXPECT_EQ(content_of(part), "0123");
}

TEST_F(download_test, refuses_a_range_that_it_did_not_ask_for) {
  leave_part("01");
  rough_server server({std::string{rest_head} + "456789"});
  const auto got = download(server.url(), "\"m1\"");
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, errc::malformed);
  EXPECT_FALSE(exists(file));
}

TEST_F(download_test, a_refusal_comes_with_its_words_and_leaves_no_file) {
  rough_server server({"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone"});
  const auto got = download(server.url());
  ASSERT_TRUE(got);
  EXPECT_EQ(got->status, 404);
  EXPECT_EQ(got->body, "gone");
  EXPECT_FALSE(exists(file));
  EXPECT_FALSE(exists(part));
}

TEST_F(download_test, an_empty_body_is_an_empty_file) {
  rough_server server({"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"});
  ASSERT_TRUE(download(server.url()));
  EXPECT_TRUE(exists(file));
  EXPECT_EQ(content_of(file), "");
}

TEST_F(download_test, a_folder_that_cannot_be_written_is_told) {
  rough_server server({});
  file = "/nowhere/model.npz";
  EXPECT_EQ(download(server.url()).error().code, errc::storage_failed);
}

TEST_F(download_test, tells_how_far_it_is) {
  rough_server server({std::string{head} + "0123", std::string{rest_head} + "456789"});
  std::uint64_t last = 0, whole = 0;
  const auto got =
      client().download({{"GET", server.url(), {}, {}, {}}, file, {}, [&](std::uint64_t done, std::uint64_t all) {
                           last = done;
                           whole = all;
                         }});
  ASSERT_TRUE(got);
  EXPECT_EQ(last, 10u);
  EXPECT_EQ(whole, 10u);
}

} // namespace fedloom::http
