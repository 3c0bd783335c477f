#include "tests/services/controller/rest_world.hpp"

namespace fedloom::controller {

using domain::session_status;

namespace {

/// Each test a world of its own: they look at the state of the whole.
class flopynet : public testing::Test {
protected:
  json get(std::string_view path) { return json::parse(world_.ask("GET", path).body); }
  test::http_answer post(std::string_view path, std::string_view body) { return world_.ask("POST", path, body); }

  void holds(const domain::session_record& session, const std::vector<domain::round_record>& rounds = {}) {
    storage::batch changes;
    changes.sessions = {session};
    changes.rounds = rounds;
    world_.write(changes);
  }

  rest_world world_;
};

domain::round_record judged(std::uint32_t round, double accuracy) {
  auto record = round_record(1, round);
  record.validations.push_back({domain::client_id{"ann"}, 0, 10, {}, {{"accuracy", accuracy}}});
  return record;
}

} // namespace

TEST_F(flopynet, says_that_nothing_is_at_work) {
  const auto status = get("/status");
  EXPECT_EQ(status.at("server_status"), "idle");
  EXPECT_EQ(status.at("training_active"), false);
  EXPECT_EQ(status.at("session_id"), nullptr);
  EXPECT_EQ(status.at("restart_allowed"), false);
  EXPECT_EQ(get("/").at("server_status"), "idle");
  EXPECT_EQ(get("/get_controller_status"), json({{"state", "idle"}}));
  EXPECT_EQ(get("/metrics").at("rounds_history"), json::array());
  world_.is_ready = false;
  EXPECT_EQ(get("/get_controller_status"), json({{"state", "setup"}}));
}

TEST_F(flopynet, says_how_far_the_session_is) {
  auto session = session_record(1, session_status::running);
  session.rounds_committed = 2;
  holds(session, {judged(1, 0.5), judged(2, 0.75)});
  auto later = session_record(2, session_status::finished); // which changed after it
  holds(later);
  const auto status = get("/status");
  EXPECT_EQ(status.at("server_status"), "training");
  EXPECT_EQ(status.at("current_round"), 3);
  EXPECT_EQ(status.at("max_rounds"), 5);
  EXPECT_EQ(status.at("session_id"), session.session.value());
  EXPECT_EQ(get("/get_controller_status"), json({{"state", "monitoring"}}));
  const auto metrics = get("/metrics");
  EXPECT_EQ(metrics.at("training_complete"), false);
  EXPECT_EQ(metrics.at("rounds_history").size(), 2U);
  EXPECT_EQ(metrics.at("last_round_metrics").at("accuracy"), 0.75);
}

TEST_F(flopynet, says_why_training_does_not_go_on) {
  auto session = session_record(1, session_status::paused);
  session.reason = {domain::errc::paused, "paused on request"};
  holds(session);
  EXPECT_EQ(get("/status").at("training_paused"), true);
  EXPECT_EQ(get("/status").at("pause_reason"), "paused on request");
  session.status = session_status::failed;
  session.reason = {domain::errc::denied, "not at night"};
  holds(session);
  EXPECT_EQ(get("/status").at("training_stopped_by_policy"), true);
  EXPECT_EQ(get("/status").at("stop_reason"), "not at night");
  session.status = session_status::finished;
  session.reason = {};
  holds(session);
  EXPECT_EQ(get("/status").at("restart_allowed"), true);
  EXPECT_EQ(get("/metrics").at("training_complete"), true);
}

TEST_F(flopynet, lists_clients) {
  storage::batch changes;
  for (const auto* id : {"ann", "ben"}) {
    domain::client_record client;
    client.client = domain::client_id{id};
    changes.clients.push_back(client);
  }
  world_.write(changes);
  world_.presence.set(domain::client_id{"ben"}, true);
  const auto all = get("/clients");
  EXPECT_EQ(all.at("total"), 2);
  EXPECT_EQ(all.at("connected_clients"), 1);
  EXPECT_EQ(all.at("clients").size(), 2U);
  EXPECT_EQ(get("/clients/ben").at("status"), "online");
  EXPECT_EQ(world_.ask("GET", "/clients/zoe").status, 404);
}

TEST_F(flopynet, starts_a_new_session_or_the_one_that_is_named) {
  EXPECT_EQ(post("/start", "").status, 400) << "there is no model yet";
  domain::model_record seed;
  seed.model = model(1);
  storage::batch changes;
  changes.models = {seed};
  world_.write(changes);
  const auto started = json::parse(post("/start", R"({"session_config": {"rounds": 2}})").body);
  EXPECT_EQ(started.at("success"), true);
  EXPECT_EQ(started.at("message"), "Training started");
  const auto id = started.at("session_id").get<std::string>();
  EXPECT_EQ(world_.store->session(domain::session_id{id})->status, session_status::running);
  EXPECT_EQ(world_.store->session(domain::session_id{id})->options.rounds, 2U);
  EXPECT_EQ(post("/start", R"({"session_id": ")" + id + "\"}").status, 409);
  EXPECT_EQ(post("/start", R"({"session_id": "none"})").status, 404);
  EXPECT_EQ(post("/start", R"({"rounds": 0})").status, 400);
  EXPECT_EQ(post("/start", R"({"session_config": {"rounds": "many"}})").status, 400);
}

TEST_F(flopynet, tells_clients_where_they_register) {
  const auto answer = json::parse(post("/register", R"({"client_id": "ann"})").body);
  EXPECT_EQ(answer.at("success"), true);
  EXPECT_EQ(answer.at("registered"), false);
  EXPECT_EQ(answer.at("client_id"), "ann");
  EXPECT_EQ(answer.at("controller"), "tcp://localhost:7700");
  EXPECT_EQ(post("/register", "").status, 200);
  EXPECT_EQ(post("/register", R"({"client_id": "a b"})").status, 400);
  EXPECT_EQ(post("/register", "[]").status, 400);
}

} // namespace fedloom::controller
