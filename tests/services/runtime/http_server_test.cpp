#include "services/runtime/http_server.hpp"

#include "services/runtime/json_answer.hpp"
#include "tests/support/http_client.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <condition_variable>
#include <csignal>
#include <fstream>
#include <future>
#include <mutex>

namespace fedloom::runtime {

using test::http;
using testing::HasSubstr;

namespace {

http_response text(std::string body) {
  http_response answer;
  answer.content_type = "text/plain";
  answer.body = std::move(body);
  return answer;
}

std::string contents(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string described(const http_request& request) {
  std::string notes;
  for (const auto& [name, value] : request.fields) {
    notes += name + '=' + value + ' ';
  }
  if (request.file) {
    notes += request.file->field + '(' + request.file->name + ", " + std::to_string(request.file->bytes) +
             ")=" + contents(request.file->path);
  }
  return notes;
}

std::size_t files_in(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

/// One server for all tests of the file: civetweb takes up to two seconds to stop.
class http_server_test : public testing::Test {
protected:
  static void SetUpTestSuite() {
    uploads = std::make_unique<test::temporary_folder>();
    model = domain::shared_bytes::adopt(std::vector<std::byte>(std::size_t{5} << 20, std::byte{'m'}));
    http_config config;
    config.body_limit = 100;
    config.event_streams = 1;
    config.upload_folder = uploads->path();
    config.on_failure = [](const std::string& what) { failures.set_value(what); };
    server = http_server::start(config, routes()).value();
  }
  static void TearDownTestSuite() {
    server.reset();
    uploads.reset();
  }

  static std::vector<route> routes() {
    return {
        {"GET", "/sessions/{id}", http_handler{[](http_request& r) {
           return text(r.parameters["id"] + '|' + r.query_or("q", "none") + '|' + std::string{r.header("x-TEST")});
         }}},
        {"POST", "/echo", http_handler{[](http_request& r) { return text(r.body); }}},
        {"GET", "/throws",
         http_handler{[](http_request&) -> http_response { throw std::runtime_error("oops \"1\""); }}},
        {"GET", "/model", http_handler{[](http_request&) {
           http_response answer;
           answer.content_type = "application/octet-stream";
           answer.headers.emplace_back("Content-Disposition", "attachment; filename=\"a.npz\"\r\nX-Evil: 1");
           answer.body = model;
           return answer;
         }}},
        {"POST", "/upload", http_handler{[](http_request& r) { return text(described(r)); }}, true, 1000000},
        {"GET", "/count", event_handler{[](http_request&, event_stream& events) {
           events.send("round", "1\n2");
           events.keep_alive();
           events.send("end", "{}");
         }}},
        {"GET", "/until-gone", event_handler{[](http_request&, event_stream& events) {
           while (events.send("tick", "x")) {
           }
           gone.set_value();
         }}},
        {"GET", "/breaks",
         event_handler{[](http_request&, event_stream&) { throw std::runtime_error("stream broke"); }}},
    };
  }

  static inline std::unique_ptr<test::temporary_folder> uploads;
  static inline domain::shared_bytes model;
  static inline std::promise<std::string> failures;
  static inline std::promise<void> gone;
  static inline std::unique_ptr<http_server> server;
  const std::uint16_t port_ = server->port();
};

/// A place of a stream that has just ended is free a moment later: a refused request is repeated.
test::http_answer stream(std::uint16_t port, std::string_view path) {
  auto answer = http(port, "GET", path);
  while (answer.status == 503) {
    answer = http(port, "GET", path);
  }
  return answer;
}

const std::string form_type = "Content-Type: multipart/form-data; boundary=xyz\r\n";

std::string form_with(const std::string& file) {
  return "--xyz\r\nContent-Disposition: form-data; name=\"helper\"\r\n\r\nnumpyhelper\r\n"
         "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"seed.npz\"\r\n\r\n" +
         file + "\r\n--xyz--\r\n";
}

} // namespace

TEST_F(http_server_test, hands_over_parameters_query_and_headers) {
  const auto answer = http(port_, "GET", "/sessions/a%2Fb?q=x+y", "", "X-Test: yes\r\n");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "a/b|x y|yes");
  EXPECT_TRUE(answer.has_header("Content-Type: text/plain"));
}

TEST_F(http_server_test, hands_over_a_body) {
  EXPECT_EQ(http(port_, "POST", "/echo", "{\"a\":1}").body, "{\"a\":1}");
}

TEST_F(http_server_test, goes_on_in_the_same_connection_for_who_asks_for_it) {
  test::tcp_connection connection(port_);
  for (const auto* id : {"a", "b", "c"}) {
    connection.write("GET /sessions/" + std::string{id} + " HTTP/1.1\r\nHost: x\r\nConnection: Keep-Alive\r\n\r\n");
    const auto answer = test::answer_from(connection.read_until("|none|"));
    EXPECT_EQ(answer.body, std::string{id} + "|none|");
    EXPECT_TRUE(answer.has_header("Connection: keep-alive"));
  }
  connection.write("GET /sessions/d HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(test::answer_from(connection.read_until()).body, "d|none|") << "and closed";
}

TEST_F(http_server_test, keeps_half_of_its_threads_for_others) {
  std::vector<std::unique_ptr<test::tcp_connection>> connections;
  bool is_closed = false;
  while (!is_closed && connections.size() < 1000) { // idle ones end after a while
    connections.push_back(std::make_unique<test::tcp_connection>(port_));
    connections.back()->write("GET /sessions/a HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n");
    is_closed = test::answer_from(connections.back()->read_until("|none|")).has_header("Connection: close");
  }
  EXPECT_TRUE(is_closed);
}

TEST_F(http_server_test, reads_a_chunked_body) {
  test::tcp_connection connection(port_);
  connection.write(
      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_EQ(test::answer_from(connection.read_until()).body, "abcde");
}

TEST_F(http_server_test, tells_a_sender_that_waits_to_go_on) {
  test::tcp_connection connection(port_);
  connection.write("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(connection.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  connection.write("hi");
  EXPECT_EQ(test::answer_from(connection.read_until()).body, "hi");
}

TEST_F(http_server_test, answers_404_for_an_unknown_path) {
  const auto answer = http(port_, "GET", "/no\"where");
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.body, R"({"message":"nothing at /no\"where"})");
}

TEST_F(http_server_test, answers_405_with_the_allowed_methods) {
  const auto answer = http(port_, "DELETE", "/echo");
  EXPECT_EQ(answer.status, 405);
  EXPECT_TRUE(answer.has_header("Allow: POST"));
}

TEST_F(http_server_test, answers_413_for_a_body_over_the_limit) {
  EXPECT_EQ(http(port_, "POST", "/echo", std::string(101, 'x')).status, 413);
  EXPECT_EQ(http(port_, "POST", "/echo", std::string(std::size_t{20} << 20, 'x')).status, 413);
  EXPECT_EQ(http(port_, "POST", "/echo", std::string(100, 'x')).status, 200);
}

TEST_F(http_server_test, answers_500_when_a_handler_throws_and_tells_the_log) {
  failures = {};
  const auto answer = http(port_, "GET", "/throws");
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body, R"({"message":"internal error: oops \"1\""})");
  EXPECT_EQ(failures.get_future().get(), "oops \"1\"");
}

TEST_F(http_server_test, answers_nonsense_with_a_400_in_json) {
  test::tcp_connection connection(port_);
  connection.write("nonsense\r\n\r\n");
  const auto answer = test::answer_from(connection.read_until());
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, HasSubstr("message"));
}

TEST_F(http_server_test, sends_a_large_download_whole) {
  const auto answer = http(port_, "GET", "/model");
  EXPECT_EQ(answer.body.size(), model.size());
  EXPECT_TRUE(answer.body == model.text());
}

TEST_F(http_server_test, lets_no_header_begin_another_one) {
  EXPECT_TRUE(http(port_, "GET", "/model").has_header("Content-Disposition: attachment; filename=\"a.npz\"X-Evil: 1"));
}

TEST_F(http_server_test, answers_head_with_the_length_and_no_body) {
  const auto answer = http(port_, "HEAD", "/model");
  EXPECT_TRUE(answer.has_header("Content-Length: " + std::to_string(model.size())));
  EXPECT_EQ(answer.body, "");
}

TEST_F(http_server_test, streams_an_upload_to_a_file_and_removes_it_afterwards) {
  EXPECT_EQ(http(port_, "POST", "/upload", "raw bytes").body, "(, 9)=raw bytes");
  EXPECT_EQ(files_in(uploads->path()), 0u);
}

TEST_F(http_server_test, streams_the_file_of_a_form_and_keeps_its_fields) {
  const std::string file(300000, 'f');
  EXPECT_EQ(http(port_, "POST", "/upload", form_with(file), form_type).body,
            "helper=numpyhelper file(seed.npz, 300000)=" + file);
  EXPECT_EQ(files_in(uploads->path()), 0u);
}

TEST_F(http_server_test, refuses_a_form_over_the_limit_and_leaves_no_file) {
  test::tcp_connection connection(port_);
  connection.write("POST /upload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n" + form_type + "\r\n");
  const auto form = form_with(std::string(2000000, 'f'));
  std::ostringstream size;
  size << std::hex << form.size();
  connection.write(size.str() + "\r\n" + form + "\r\n0\r\n\r\n");
  EXPECT_EQ(test::answer_from(connection.read_until()).status, 413);
  EXPECT_EQ(files_in(uploads->path()), 0u);
}

TEST_F(http_server_test, refuses_a_form_that_is_cut_off) {
  const auto form = form_with("abc");
  EXPECT_EQ(http(port_, "POST", "/upload", form.substr(0, form.size() - 10), form_type).status, 400);
  EXPECT_EQ(http(port_, "POST", "/upload", form, "Content-Type: multipart/form-data\r\n").status, 400);
  EXPECT_EQ(files_in(uploads->path()), 0u);
}

TEST_F(http_server_test, streams_events_until_the_handler_returns) {
  const auto answer = stream(port_, "/count");
  EXPECT_TRUE(answer.has_header("Content-Type: text/event-stream"));
  EXPECT_EQ(answer.body, "event: round\ndata: 1\ndata: 2\n\n:\n\nevent: end\ndata: {}\n\n");
}

TEST_F(http_server_test, tells_a_stream_that_its_reader_has_gone_and_refuses_too_many) {
  gone = {};
  {
    stream(port_, "/count"); // nobody else has the one place
    test::tcp_connection reader(port_);
    reader.write("GET /until-gone HTTP/1.1\r\nHost: x\r\n\r\n");
    reader.read_until("data: x\n");
    const auto refused = http(port_, "GET", "/count");
    EXPECT_EQ(refused.status, 503);
    EXPECT_TRUE(refused.has_header("Retry-After: 5"));
  }
  gone.get_future().get();
}

TEST_F(http_server_test, ends_a_stream_whose_handler_throws) {
  failures = {};
  stream(port_, "/breaks");
  EXPECT_EQ(failures.get_future().get(), "stream broke");
}

TEST_F(http_server_test, lists_its_routes_in_order) {
  ASSERT_EQ(server->routes().size(), routes().size());
  EXPECT_EQ(server->routes()[0].path, "/sessions/{id}");
}

TEST_F(http_server_test, names_the_address_when_the_port_is_in_use) {
  http_config config;
  config.port = port_;
  const auto second = http_server::start(config, {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, domain::errc::unavailable);
  EXPECT_THAT(second.error().text, HasSubstr("127.0.0.1:" + std::to_string(port_)));
}

TEST_F(http_server_test, leaves_subprocesses_waitable) {
  struct sigaction children {};
  ::sigaction(SIGCHLD, nullptr, &children);
  EXPECT_EQ(children.sa_handler, SIG_DFL);
}

TEST(http_server_start, needs_more_threads_than_event_streams) {
  http_config config;
  config.threads = config.event_streams = 4;
  EXPECT_EQ(http_server::start(config, {}).error().code, domain::errc::config_invalid);
}

TEST(http_server_stop, wakes_and_ends_waiting_event_streams) {
  std::promise<void> ended;
  auto server = http_server::start({}, {{"GET", "/wait", event_handler{[&](http_request&, event_stream& events) {
                                           events.send("begun", "");
                                           std::mutex mutex;
                                           std::condition_variable_any wake;
                                           std::unique_lock lock(mutex);
                                           wake.wait(lock, events.ending(), [] { return false; });
                                           EXPECT_FALSE(events.send("late", ""));
                                           ended.set_value();
                                         }}}})
                    .value();
  test::tcp_connection reader(server->port());
  reader.write("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  reader.read_until("event: begun\ndata: \n\n"); // a stream that stops as it begins has no handler
  server.reset();
  ended.get_future().get();
  EXPECT_EQ(reader.read_until(), "");
}

} // namespace fedloom::runtime
