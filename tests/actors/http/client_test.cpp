#include "tests/actors/http/http_world.hpp"

#include "services/runtime/json_answer.hpp"

namespace fedloom::http {

using domain::errc;
using runtime::http_request;
using runtime::http_response;

namespace {

http_response text(std::string words, int status = 200) {
  return {status, "text/plain", std::move(words), {}};
}

/// Says what it was asked.
http_response echo(http_request& request) {
  auto answer = text(request.method + ' ' + std::string{request.header("x-what")} + ' ' + request.body);
  answer.headers.emplace_back("X-Echo", "yes");
  return answer;
}

http_response echo_form(http_request& request) {
  return text(request.fields.at("name") + ' ' + request.file->name + ' ' + content_of(request.file->path));
}

void two_events(http_request&, runtime::event_stream& to) {
  to.send("round", "1");
  to.keep_alive();
  to.send("round", "2");
}

void silence(http_request&, runtime::event_stream& to) {
  to.send("begun", "");
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait(lock, to.ending(), [] { return false; });
}

class http_client_test : public testing::Test {
protected:
  static void SetUpTestSuite() {
    runtime::http_config config;
    config.body_limit = 1000;
    server = runtime::http_server::start(
                 config, {{"GET", "/echo", echo},
                          {"POST", "/echo", echo},
                          {"PATCH", "/echo", echo},
                          {"GET", "/refuse", [](http_request&) { return runtime::message_answer(409, "not now"); }},
                          {"GET", "/long", [](http_request&) { return text(std::string(100000, 'x')); }},
                          {"POST", "/form", echo_form, true},
                          {"GET", "/events", two_events},
                          {"GET", "/silence", silence}})
                 .value();
  }
  static void TearDownTestSuite() { server.reset(); }

  static request ask(std::string method, const std::string& path) {
    return {std::move(method), server->url() + path, {}, {}, {}};
  }

  static inline std::unique_ptr<runtime::http_server> server;
};

} // namespace

TEST_F(http_client_test, sends_method_headers_and_body_and_brings_the_answer) {
  for (const char* method : {"POST", "PATCH"}) {
    auto what = ask(method, "/echo");
    what.headers.emplace_back("X-What", "words");
    what.body = R"({"a": 1})";
    const auto got = client().send(what);
    ASSERT_TRUE(got) << got.error().text;
    EXPECT_EQ(got->status, 200);
    EXPECT_EQ(got->body, std::string{method} + " words {\"a\": 1}");
    EXPECT_EQ(got->header("x-echo"), "yes");
  }
  EXPECT_EQ(client().send(ask("GET", "/echo"))->body, "GET  ");
}

TEST_F(http_client_test, a_refusal_is_an_answer_too) {
  const auto got = client().send(ask("GET", "/refuse"));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->status, 409);
  EXPECT_THAT(got->body, testing::HasSubstr("not now"));
}

TEST_F(http_client_test, sends_forms_with_files) {
  const test::temporary_folder folder;
  std::ofstream(folder / "seed.npz") << "bytes";
  auto what = ask("POST", "/form");
  what.form = {{"name", "seed", {}}, {"file", {}, folder / "seed.npz"}};
  const auto got = client().send(what);
  ASSERT_TRUE(got) << got.error().text;
  EXPECT_EQ(got->body, "seed seed.npz bytes");
}

TEST_F(http_client_test, a_form_whose_file_is_not_there_is_not_sent) {
  auto what = ask("POST", "/form");
  what.form = {{"file", {}, "/nowhere/seed.npz"}};
  const auto got = client().send(what);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, errc::not_found);
}

TEST_F(http_client_test, a_body_that_the_server_refuses_brings_its_words) {
  auto what = ask("POST", "/echo");
  what.body = std::string(2'000'000, 'x');
  const auto got = client().send(what);
  ASSERT_TRUE(got) << got.error().text;
  EXPECT_EQ(got->status, 413);
}

TEST_F(http_client_test, an_answer_beyond_the_limit_is_not_held_in_memory) {
  const auto got = client({.body_bytes = 1000}).send(ask("GET", "/long"));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, errc::too_large);
}

TEST_F(http_client_test, tells_the_unreachable_from_what_is_no_address) {
  std::string gone;
  {
    const rough_server closed({});
    gone = closed.url();
  }
  EXPECT_EQ(client().send({"GET", gone, {}, {}, {}}).error().code, errc::unavailable);
  EXPECT_EQ(client().send({"GET", "not a url", {}, {}, {}}).error().code, errc::malformed);
  EXPECT_EQ(client().send({"GET", "file:///etc/passwd", {}, {}, {}}).error().code, errc::malformed);
}

TEST_F(http_client_test, hands_over_events_as_they_come) {
  std::vector<event> heard;
  const auto got = client().listen(ask("GET", "/events"), [&](const event& one) {
    heard.push_back(one);
    return true;
  });
  ASSERT_TRUE(got) << got.error().text;
  EXPECT_THAT(heard, testing::ElementsAre(event{"round", "1"}, event{"round", "2"}));
}

TEST_F(http_client_test, stops_listening_when_it_has_heard_enough) {
  const auto got = client().listen(ask("GET", "/silence"), [](const event&) { return false; });
  EXPECT_TRUE(got) << got.error().text;
}

TEST_F(http_client_test, a_refused_stream_is_an_answer_with_its_body) {
  const auto got = client().listen(ask("GET", "/refuse"), [](const event&) { return true; });
  ASSERT_TRUE(got);
  EXPECT_EQ(got->status, 409);
  EXPECT_THAT(got->body, testing::HasSubstr("not now"));
}

TEST_F(http_client_test, a_stop_ends_a_call_that_waits) {
  std::stop_source stop;
  const auto got = client({}, stop.get_token()).listen(ask("GET", "/silence"), [&](const event&) {
    stop.request_stop(); // as another thread would, while the server says nothing
    return true;
  });
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, errc::cancelled);
}

TEST_F(http_client_test, a_server_that_says_nothing_is_given_up) {
  const auto got =
      client({.stall = std::chrono::seconds{1}}).listen(ask("GET", "/silence"), [](const event&) { return true; });
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, errc::timed_out);
}

TEST(http_message, encodes_whatever_stands_in_a_path) {
  EXPECT_EQ(percent_encode("a b/c?ä~"), "a%20b%2Fc%3F%C3%A4~");
}

} // namespace fedloom::http
