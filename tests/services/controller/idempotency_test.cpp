#include "services/controller/routes/idempotency.hpp"

#include "tests/services/controller/upload_form.hpp"

#include <condition_variable>
#include <thread>

namespace fedloom::controller {

using testing::HasSubstr;
using testing::StartsWith;

namespace {

/// A handler that counts how often it was run, behind a fresh or a restarted API.
class idempotency_test : public testing::Test {
protected:
  static runtime::http_request request(const std::string& key, const std::string& body = "{}") {
    runtime::http_request made;
    made.method = "POST";
    made.path = "/api/v1/things";
    made.body = body;
    made.headers["Idempotency-Key"] = key;
    return made;
  }
  /// "status body"
  std::string send(runtime::http_request what) {
    const auto answer = api_->answer(what, [this](runtime::http_request& asked) {
      ++done_;
      runtime::http_response made;
      made.status = status_;
      made.body = "did " + asked.body + " as number " + std::to_string(done_);
      return made;
    });
    return std::to_string(answer.status) + ' ' + std::get<std::string>(answer.body);
  }
  void restart() { api_ = std::make_unique<idempotency>(*store_); }

  std::unique_ptr<storage::round_store> store_ = storage::make_memory_round_store();
  std::unique_ptr<idempotency> api_ = std::make_unique<idempotency>(*store_);
  int done_ = 0;
  int status_ = 201;
};

class keyed_requests : public rest_test {
protected:
  static test::http_answer create(const std::string& key, const std::string& name) {
    return world->ask("POST", "/api/v1/sessions", json({{"name", name}}).dump(), "Idempotency-Key: " + key + "\r\n");
  }
  static void SetUpTestSuite() {
    rest_test::SetUpTestSuite();
    storage::batch changes;
    changes.models.push_back({model(1), {}, {}, 0, "seed", 64, date(1)});
    world->write(changes);
  }
};

} // namespace

TEST_F(idempotency_test, does_a_request_once) {
  EXPECT_EQ(send(request("k1")), "201 did {} as number 1");
  EXPECT_EQ(send(request("k1")), "201 did {} as number 1");
  EXPECT_EQ(send(request("k2")), "201 did {} as number 2");
}

TEST_F(idempotency_test, says_when_an_answer_is_an_old_one) {
  auto asked = request("k1");
  const auto handler = [](runtime::http_request&) { return runtime::http_response{}; };
  EXPECT_TRUE(api_->answer(asked, handler).headers.empty());
  const auto again = api_->answer(asked, handler).headers;
  ASSERT_EQ(again.size(), 1);
  EXPECT_EQ(again[0].first, "Idempotency-Replayed");
}

TEST_F(idempotency_test, does_requests_without_a_key_each_time) {
  EXPECT_EQ(send(request("")), "201 did {} as number 1");
  EXPECT_EQ(send(request("")), "201 did {} as number 2");
}

TEST_F(idempotency_test, remembers_after_a_restart) {
  send(request("k1"));
  restart();
  EXPECT_EQ(send(request("k1")), "201 did {} as number 1");
}

TEST_F(idempotency_test, refuses_another_request_under_the_same_key) {
  send(request("k1"));
  EXPECT_THAT(send(request("k1", "{\"a\":1}")), StartsWith("422 "));
  auto elsewhere = request("k1");
  elsewhere.path = "/api/v1/others";
  EXPECT_THAT(send(std::move(elsewhere)), StartsWith("422 "));
  auto otherwise = request("k1");
  otherwise.method = "PUT";
  EXPECT_THAT(send(std::move(otherwise)), StartsWith("422 "));
  auto asked = request("k1");
  asked.query["a"] = "1";
  EXPECT_THAT(send(std::move(asked)), StartsWith("422 "));
  EXPECT_EQ(done_, 1);
}

TEST_F(idempotency_test, keeps_a_refusal_too) {
  status_ = 400;
  send(request("k1"));
  status_ = 201;
  EXPECT_EQ(send(request("k1")), "400 did {} as number 1");
}

TEST_F(idempotency_test, frees_the_key_of_what_may_succeed_later) {
  for (const int busy : {429, 503, 507}) {
    status_ = busy;
    send(request("k1"));
  }
  status_ = 201;
  EXPECT_EQ(send(request("k1")), "201 did {} as number 4");
  EXPECT_EQ(send(request("k1")), "201 did {} as number 4");
}

TEST_F(idempotency_test, does_nothing_again_of_which_it_does_not_know_whether_it_was_done) {
  for (const int unknown : {500, 504}) {
    status_ = unknown;
    const auto key = "k" + std::to_string(unknown);
    send(request(key));
    restart();
    EXPECT_THAT(send(request(key)), HasSubstr("not known"));
  }
  auto asked = request("k1");
  const auto dies = [](runtime::http_request&) -> runtime::http_response { throw std::runtime_error("killed"); };
  EXPECT_THROW(api_->answer(asked, dies), std::runtime_error);
  restart();
  EXPECT_THAT(send(request("k1")), StartsWith("409 "));
  EXPECT_EQ(done_, 2);
}

TEST_F(idempotency_test, lets_one_of_two_at_once_work) {
  std::mutex mutex;
  std::condition_variable changed;
  bool is_inside = false;
  bool may_end = false;
  std::thread first([&] {
    auto asked = request("k1");
    api_->answer(asked, [&](runtime::http_request&) {
      std::unique_lock lock(mutex);
      is_inside = true;
      changed.notify_all();
      changed.wait(lock, [&] { return may_end; });
      return runtime::http_response{};
    });
  });
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return is_inside; });
  }
  EXPECT_THAT(send(request("k1")), HasSubstr("at work"));
  {
    const std::lock_guard lock(mutex);
    may_end = true;
  }
  changed.notify_all();
  first.join();
  EXPECT_THAT(send(request("k1")), StartsWith("200 "));
  EXPECT_EQ(done_, 0);
}

TEST_F(idempotency_test, takes_keys_of_visible_characters) {
  EXPECT_THAT(send(request("a b")), StartsWith("400 "));
  EXPECT_THAT(send(request("\xc3\xa4")), StartsWith("400 "));
  EXPECT_THAT(send(request(std::string(256, 'k'))), StartsWith("400 "));
  EXPECT_THAT(send(request(std::string(255, 'k'))), StartsWith("201 "));
}

TEST_F(idempotency_test, forgets_the_oldest_keys_at_the_stores_bound) {
  storage::record_limits limits;
  limits.answers = 2;
  store_ = storage::make_memory_round_store(limits);
  restart();
  for (const auto* key : {"k1", "k2", "k3"}) {
    send(request(key));
  }
  EXPECT_EQ(store_->count<domain::answer_record>(), 2);
  EXPECT_EQ(send(request("k3")), "201 did {} as number 3");
}

TEST_F(keyed_requests, make_one_session) {
  const auto first = create("s1", "once");
  ASSERT_EQ(first.status, 201) << first.body;
  const auto again = create("s1", "once");
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_TRUE(again.has_header("Idempotency-Replayed: true"));
  EXPECT_TRUE(again.has_header("Content-Type: application/json"));
  EXPECT_EQ(create("s1", "another").status, 422);
  EXPECT_EQ(body_of(get("/api/v1/sessions?name=once")).at("count"), 1);
}

TEST_F(keyed_requests, are_known_by_another_server_on_the_same_store) {
  const auto first = create("s2", "twice");
  runtime::http_config http;
  http.upload_folder = world->uploads.path();
  const auto restarted = runtime::http_server::start(http, all_routes(world->context)).value();
  const auto again = test::http(restarted->port(), "POST", "/api/v1/sessions", json({{"name", "twice"}}).dump(),
                                "Idempotency-Key: s2\r\n");
  EXPECT_EQ(again.body, first.body);
}

TEST_F(keyed_requests, may_be_forms_with_any_boundary) {
  const std::string key = "Idempotency-Key: f1\r\n";
  const auto path = "/api/v1/models";
  const auto first = send_form(*world, path, {"16 bytes of float", "a.f32"}, key);
  EXPECT_EQ(first.status, 400) << first.body;
  EXPECT_EQ(send_form(*world, path, {"16 bytes of float", "a.f32"}, key, "another").body, first.body);
  EXPECT_EQ(send_form(*world, path, {"16 bytes of Float", "a.f32"}, key).status, 422);
  EXPECT_EQ(send_form(*world, path, {"16 bytes of float", "b.f32"}, key).status, 422);
}

TEST_F(keyed_requests, are_not_kept_when_they_only_ask) {
  const auto ask = [] { return world->ask("POST", "/api/v1/sessions/count", "{}", "Idempotency-Key: q1\r\n").body; };
  const auto before = ask();
  create("s3", "between");
  EXPECT_NE(ask(), before);
}

} // namespace fedloom::controller
