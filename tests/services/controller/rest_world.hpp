#pragma once
#include "actors/model/stream.hpp"
#include "services/controller/routes/rest.hpp"
#include "services/runtime/http_server.hpp"
#include "tests/support/http_client.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <mutex>

/// A controller of which only the REST API is real.
namespace fedloom::controller {

using nlohmann::json;

/// Does what the session actor would, to the store and at once, and remembers what it was asked.
class recording_desk final : public session_desk {
public:
  explicit recording_desk(storage::round_store& store) : store_(store) {}

  domain::expected<domain::session_record> create(domain::session_record wanted) override {
    return store(domain::session_status::created, std::move(wanted));
  }
  domain::expected<domain::session_record> start(const domain::session_id& which, const start_terms& terms) override {
    last_terms = terms;
    auto session = store_.session(which).value();
    if (session.status != domain::session_status::created) {
      return domain::failure(domain::errc::wrong_state, "the session is started already");
    }
    return store(start_as, std::move(session));
  }
  domain::expected<domain::session_record> change(const domain::session_id& which, session_order what) override {
    using enum domain::session_status;
    constexpr domain::session_status becomes[] = {stopped, paused, running, cancelled};
    return store(becomes[static_cast<std::size_t>(what)], store_.session(which).value());
  }

  domain::session_status start_as = domain::session_status::running;
  std::optional<domain::error> refusal; ///< of whatever is asked next
  start_terms last_terms;

private:
  domain::expected<domain::session_record> store(domain::session_status status, domain::session_record session) {
    if (auto why = std::exchange(refusal, std::nullopt)) {
      return tl::unexpected(*why);
    }
    session.status = status;
    storage::batch changes;
    changes.sessions.push_back(session);
    return store_.write(changes).map([&] { return session; });
  }

  storage::round_store& store_;
};

inline constexpr std::uint64_t model_limit = std::uint64_t{1} << 20;

/// One for all tests of a file: civetweb takes up to two seconds to stop.
struct rest_world {
  test::temporary_folder uploads;
  std::unique_ptr<storage::round_store> store = storage::make_memory_round_store();
  std::unique_ptr<storage::model_store> models = storage::make_memory_model_store();
  std::unique_ptr<storage::package_store> packages = storage::make_memory_package_store();
  presence_board presence;
  round_feed feed;
  recording_desk desk{*store};
  std::atomic<bool> is_ready = true;
  rest_context context;
  std::unique_ptr<runtime::http_server> server;

  rest_world() {
    context.store = store.get();
    context.models = models.get();
    context.packages = packages.get();
    context.mesh_endpoint = "tcp://0.0.0.0:7700";
    context.presence = &presence;
    context.feed = &feed;
    context.desk = &desk;
    context.ready = [this] {
      return is_ready ? domain::expected<void>{} : domain::failure(domain::errc::unavailable, "reading the store");
    };
    context.supervision = [] { return std::vector<kernel::child_status>{{"registry", "root", true, 2, "crashed"}}; };
    context.model_limit = model_limit;
    context.keep_alive = domain::milliseconds{20};
    runtime::http_config http;
    http.upload_folder = uploads.path();
    server = runtime::http_server::start(http, all_routes(context)).value();
  }

  void write(const storage::batch& changes) const { ASSERT_TRUE(store->write(changes)); }
  test::http_answer ask(std::string_view method, std::string_view path, std::string_view body = {},
                        std::string_view headers = {}) const {
    return test::http(server->port(), method, path, body, headers);
  }
};

class rest_test : public testing::Test {
protected:
  static void SetUpTestSuite() { world = std::make_unique<rest_world>(); }
  static void TearDownTestSuite() { world.reset(); }

  static test::http_answer get(std::string_view path, std::string_view headers = {}) {
    return world->ask("GET", path, {}, headers);
  }
  static json body_of(const test::http_answer& answer) { return json::parse(answer.body); }
  static std::string message_of(const test::http_answer& answer) { return body_of(answer).at("message"); }
  /// The field of every object of a list, in order.
  static std::vector<std::string> column(const test::http_answer& list, const std::string& field) {
    std::vector<std::string> values;
    const auto whole = body_of(list);
    for (const auto& one : whole.at("result")) {
      values.push_back(one.at(field).is_string() ? one.at(field).get<std::string>() : one.at(field).dump());
    }
    return values;
  }

  static inline std::unique_ptr<rest_world> world;
};

inline domain::timestamp date(int second) {
  return domain::timestamp{std::chrono::sys_days{std::chrono::year{2025} / 9 / 29} + std::chrono::hours{13} +
                           std::chrono::minutes{42} + std::chrono::seconds{second}};
}

inline domain::model_id model(std::uint8_t number) {
  std::array<std::uint8_t, 32> bytes{};
  bytes.back() = number;
  return domain::model_id{bytes};
}

/// A UUIDv4 for a number below 10000.
inline domain::session_id session(int number) {
  auto digits = std::to_string(10000 + number);
  return domain::session_id{"00000000-0000-4000-8000-00000000" + digits.substr(1)};
}

inline domain::session_record session_record(int number, domain::session_status status) {
  domain::session_record record;
  record.session = session(number);
  record.name = "session " + std::to_string(number);
  record.status = status;
  record.seed = model(1);
  record.head = model(1);
  record.created_at = date(number);
  record.updated_at = date(number);
  return record;
}

/// Committed from two of three clients, not validated.
inline domain::round_record round_record(int of_session, std::uint32_t round, std::uint32_t attempt = 1) {
  domain::round_record record;
  record.key = {session(of_session), round, attempt};
  record.number = static_cast<std::uint64_t>(of_session) * 100 + round * 10 + attempt;
  record.status = domain::round_status::committed;
  record.parent = model(static_cast<std::uint8_t>(round));
  record.model = model(static_cast<std::uint8_t>(round + 1));
  record.parts.push_back({domain::lease_id{1},
                          domain::combiner_id{"east"},
                          {domain::client_id{"ann"}, domain::client_id{"ben"}, domain::client_id{"cid"}}});
  record.contributions.push_back({domain::client_id{"ann"}, 30, 30, {}, {{"loss", 0.5}}});
  record.contributions.push_back({domain::client_id{"ben"}, 10, 10, {}, {}});
  record.failures.push_back({domain::client_id{"cid"}, {domain::errc::entry_point_failed, "train exited with 1"}, 0});
  record.weight = 40;
  record.bytes_up = 2000;
  record.bytes_down = 3000;
  record.opened_at = date(static_cast<int>(round));
  record.closed_at = date(static_cast<int>(round)) + domain::milliseconds{1500};
  return record;
}

inline domain::round_record validated(domain::round_record record) {
  record.validations.push_back({domain::client_id{"ann"}, 0, 30, {}, {{"accuracy", 0.8}, {"loss", 0.4}}});
  record.validations.push_back({domain::client_id{"ben"}, 0, 10, {}, {{"accuracy", 0.4}}});
  return record;
}

} // namespace fedloom::controller
