#include "tests/services/controller/rest_world.hpp"

namespace fedloom::controller {

using domain::session_status;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

class sessions : public rest_test {
protected:
  static void SetUpTestSuite() {
    rest_test::SetUpTestSuite();
    storage::batch changes;
    changes.sessions = {session_record(1, session_status::finished), session_record(2, session_status::failed)};
    changes.sessions[1].reason = {domain::errc::quorum_missed, "1 updates were accepted, 2 are needed"};
    for (const std::uint8_t number : {std::uint8_t{1}, std::uint8_t{2}}) {
      domain::model_record seed;
      seed.model = model(number);
      seed.committed_at = date(number);
      changes.models.push_back(seed);
      ASSERT_TRUE(world->models->put(seed.model, domain::as_bytes("any")));
    }
    world->write(changes);
  }

  static test::http_answer post(std::string_view path, std::string_view body) { return world->ask("POST", path, body); }
  static std::string created(std::string_view body = "{}") {
    return body_of(post("/api/v1/sessions", body)).at("session_id");
  }
  static test::http_answer start(const json& body) { return post("/api/v1/sessions/start", body.dump()); }
};

} // namespace

TEST_F(sessions, are_shown_with_fedns_words) {
  const auto shown = body_of(get("/api/v1/sessions/" + session(2).value()));
  EXPECT_EQ(shown.at("session_id"), session(2).value());
  EXPECT_EQ(shown.at("name"), "session 2");
  EXPECT_EQ(shown.at("status"), "Failed");
  EXPECT_EQ(shown.at("reason"), "1 updates were accepted, 2 are needed");
  EXPECT_EQ(shown.at("seed_model_id"), to_hex(model(1)));
  EXPECT_EQ(shown.at("rounds_committed"), 0);
  EXPECT_EQ(shown.at("session_config").at("round_timeout"), 180.0);
  EXPECT_EQ(shown.at("session_config").at("weighting"), "examples");
  EXPECT_EQ(shown.at("committed_at"), "Mon, 29 Sep 2025 13:42:02 GMT");
}

TEST_F(sessions, are_listed_and_filtered) {
  EXPECT_THAT(column(get("/api/v1/sessions?status=Finished"), "name"), ElementsAre("session 1"));
  EXPECT_THAT(column(get("/api/v1/sessions?session_config.rounds=5&name=session+2"), "status"), ElementsAre("Failed"));
}

TEST_F(sessions, are_not_found_under_other_ids) {
  for (const auto& id : {std::string{"1"}, session(999).value(), std::string{"%2e%2e"}, session(1).value() + "%00",
                         std::string(3000, '9')}) {
    EXPECT_EQ(get("/api/v1/sessions/" + id).status, 404) << id;
  }
}

TEST_F(sessions, begin_at_the_newest_model_unless_told_otherwise) {
  const auto answer = post("/api/v1/sessions", R"({"name": "a", "session_config": {"rounds": 3}})");
  EXPECT_EQ(answer.status, 201);
  const auto shown = body_of(answer);
  EXPECT_EQ(shown.at("name"), "a");
  EXPECT_EQ(shown.at("status"), "Created");
  EXPECT_EQ(shown.at("seed_model_id"), to_hex(model(2)));
  EXPECT_EQ(shown.at("session_config").at("rounds"), 3);
  EXPECT_TRUE(domain::valid_uuid(shown.at("session_id").get<std::string>()));

  const auto other = body_of(post("/api/v1/sessions", R"({"seed_model_id": ")" + to_hex(model(1)) + "\"}"));
  EXPECT_EQ(other.at("seed_model_id"), to_hex(model(1)));
}

TEST_F(sessions, need_a_seed_that_exists) {
  for (const auto& seed : {to_hex(model(9)), std::string{"newest"}}) {
    const auto answer = post("/api/v1/sessions", R"({"seed_model_id": ")" + seed + "\"}");
    EXPECT_EQ(answer.status, 400);
    EXPECT_THAT(message_of(answer), HasSubstr("upload it with POST /api/v1/models"));
  }
}

TEST_F(sessions, are_refused_with_what_is_wrong_in_the_body) {
  const std::pair<const char*, const char*> bad[] = {
      {"", "no JSON"},
      {"{\"name\": ", "no JSON: wrong at byte"},
      {"\xff\xfe", "no JSON"},
      {"[]", "the body is []; send a JSON object with name, seed_model_id, session_config"},
      {R"({"name": 7})", "name is 7"},
      {R"({"nmae": "x"})", R"(did you mean "name"?)"},
      {R"({"session_config": 5})", "session_config is 5"},
      {R"({"session_config": {"rouds": 5}})", R"(unknown key "rouds"; did you mean "rounds"?)"},
      {R"({"session_config": {"rounds": "5"}})", R"(rounds is "5")"},
      {R"({"session_config": {"rounds": 1e999}})", "too large"},
  };
  for (const auto& [body, text] : bad) {
    const auto answer = post("/api/v1/sessions", body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_THAT(message_of(answer), HasSubstr(text));
  }
}

TEST_F(sessions, refuse_bodies_beyond_any_use) {
  EXPECT_EQ(post("/api/v1/sessions", "{\"name\": \"" + std::string(std::size_t{2} << 20, 'x') + "\"}").status, 413);
  EXPECT_EQ(post("/api/v1/sessions", "{\"name\": \"" + std::string(300, 'x') + "\"}").status, 400);
  EXPECT_EQ(post("/api/v1/sessions", std::string(500000, '[')).status, 400);
  const std::string deep = std::string(400000, '[') + std::string(400000, ']');
  EXPECT_THAT(message_of(post("/api/v1/sessions", deep)), HasSubstr("deeper than 32"));
  EXPECT_THAT(message_of(post("/api/v1/sessions", R"({"name": )" + deep + "}")), HasSubstr("deeper than 32"));
}

TEST_F(sessions, start_with_another_number_of_rounds) {
  const auto id = created();
  const auto answer = start({{"session_id", id}, {"rounds", 12}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(body_of(answer), json({{"message", "Session started"}, {"session_id", id}}));
  EXPECT_EQ(world->desk.last_terms.rounds, 12U);
  EXPECT_EQ(body_of(get("/api/v1/sessions/" + id)).at("status"), "Started");
}

TEST_F(sessions, say_that_they_wait) {
  world->desk.start_as = session_status::queued;
  const auto answer = start({{"session_id", created()}});
  world->desk.start_as = session_status::running;
  EXPECT_EQ(message_of(answer), "Session queued");
  EXPECT_EQ(world->desk.last_terms, start_terms{});
}

TEST_F(sessions, start_once) {
  const auto id = created();
  start({{"session_id", id}});
  const auto again = start({{"session_id", id}});
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(body_of(again), json({{"message", "the session is started already"}, {"error", "wrong_state"}}));
}

TEST_F(sessions, may_be_told_at_the_start_what_is_to_change) {
  const auto id = created();
  EXPECT_EQ(start({{"session_id", id}, {"round_timeout", "soon"}}).status, 400);
  EXPECT_EQ(start({{"session_id", id}, {"model_name_prefix", 7}}).status, 400);
  EXPECT_EQ(start({{"session_id", id}, {"client_ids", "a,,b"}}).status, 400);
  EXPECT_EQ(start({{"session_id", id}, {"client_ids", {"a", 7}}}).status, 400);
  EXPECT_EQ(start({{"session_id", id},
                   {"rounds", 3},
                   {"round_timeout", 7.5},
                   {"model_name_prefix", "m"},
                   {"client_ids", "ann, ben"}})
                .status,
            200);
  start_terms said{3, domain::milliseconds{7500}, "m", std::vector{domain::client_id{"ann"}, domain::client_id{"ben"}}};
  EXPECT_EQ(world->desk.last_terms, said);
}

TEST_F(sessions, are_started_as_they_are_by_nulls_and_empty_texts) {
  const auto id = created();
  EXPECT_EQ(start({{"session_id", id},
                   {"rounds", nullptr},
                   {"round_timeout", nullptr},
                   {"model_name_prefix", ""},
                   {"client_ids", nullptr}})
                .status,
            200);
  EXPECT_EQ(world->desk.last_terms, start_terms{});
}

TEST_F(sessions, run_the_package_that_was_active_when_they_were_created) {
  EXPECT_EQ(body_of(get("/api/v1/sessions/" + created())).at("package"), nullptr);
  domain::package_record package;
  package.package = domain::package_id{session(77).value()};
  package.content.content = domain::package_digest{{0xab}};
  package.content.bytes = 10;
  storage::batch changes;
  changes.packages.push_back(package);
  changes.active = domain::active_record{package.package, "numpyhelper"};
  world->write(changes);
  const auto id = created();
  EXPECT_EQ(body_of(get("/api/v1/sessions/" + id)).at("package"), "ab" + std::string(62, '0'));
  EXPECT_EQ(world->store->session(domain::session_id{id})->package, package.content);
  changes.packages.clear();
  changes.active = domain::active_record{};
  world->write(changes);
  EXPECT_EQ(body_of(get("/api/v1/sessions/" + id)).at("package"), "ab" + std::string(62, '0'));
}

TEST_F(sessions, show_the_best_of_their_models) {
  auto record = session_record(6, session_status::finished);
  record.options.stop_early.metric = "f1";
  record.best = domain::best_model{model(2), 4, 0.75};
  storage::batch changes;
  changes.sessions.push_back(record);
  world->write(changes);
  EXPECT_EQ(body_of(get("/api/v1/sessions/" + record.session.value())).at("best_model"),
            json({{"model_id", to_hex(model(2))}, {"round", 4}, {"metric", "f1"}, {"value", 0.75}}));
}

TEST_F(sessions, cannot_start_from_nonsense) {
  const auto id = created();
  EXPECT_THAT(message_of(start(json::object())), HasSubstr("session_id is missing"));
  for (const auto& rounds : {json(0), json(-1), json(1.5), json("3"), json(4294967296)}) {
    const auto answer = start({{"session_id", id}, {"rounds", rounds}});
    EXPECT_EQ(answer.status, 400);
    EXPECT_THAT(message_of(answer), HasSubstr("rounds is " + rounds.dump()));
  }
  EXPECT_EQ(start({{"session_id", 7}}).status, 400);
  EXPECT_EQ(start({{"session_id", id}, {"session", id}}).status, 400);
  const auto unknown = start({{"session_id", session(999).value()}});
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(message_of(unknown), "Entity with id: " + session(999).value() + " not found");
}

TEST_F(sessions, stop_on_request) {
  const auto path = "/api/v1/sessions/" + created();
  const auto answer = world->ask("PATCH", path, R"({"status": "Terminated"})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(body_of(answer).at("status"), "Terminated");
}

TEST_F(sessions, are_paused_resumed_and_cancelled) {
  const auto path = "/api/v1/sessions/" + created();
  for (const auto& [order, status] : {std::pair{"pause", "Paused"}, {"resume", "Started"}, {"cancel", "Cancelled"}}) {
    const auto answer = post(path + "/" + order, "");
    EXPECT_EQ(answer.status, 200) << order;
    EXPECT_EQ(body_of(answer).at("status"), status);
  }
  EXPECT_EQ(body_of(get(path)).at("status"), "Cancelled");
}

TEST_F(sessions, are_paused_only_where_they_are_and_only_when_it_makes_sense) {
  for (const auto* order : {"pause", "resume", "cancel"}) {
    EXPECT_EQ(post("/api/v1/sessions/" + session(999).value() + "/" + order, "").status, 404) << order;
    world->desk.refusal = domain::error{domain::errc::wrong_state, "not now"};
    EXPECT_EQ(post("/api/v1/sessions/" + session(1).value() + "/" + order, "").status, 409) << order;
  }
}

TEST_F(sessions, change_to_no_other_state) {
  const auto path = "/api/v1/sessions/" + created();
  EXPECT_THAT(message_of(world->ask("PATCH", path, R"({"status": "Finished"})")), HasSubstr("status is \"Finished\""));
  EXPECT_EQ(world->ask("PATCH", path, R"({"name": "x"})").status, 400);
  EXPECT_EQ(world->ask("PATCH", path, "{}").status, 400);
  EXPECT_EQ(world->ask("PATCH", "/api/v1/sessions/nobody", R"({"status": "Terminated"})").status, 404);
  EXPECT_EQ(world->ask("DELETE", path).status, 405);
}

TEST_F(sessions, pass_on_why_the_controller_cannot) {
  const std::pair<domain::errc, int> refusals[] = {{domain::errc::timed_out, 504},    {domain::errc::unavailable, 503},
                                                   {domain::errc::busy, 429},         {domain::errc::denied, 403},
                                                   {domain::errc::storage_full, 507}, {domain::errc::malformed, 400}};
  for (const auto& [code, status] : refusals) {
    world->desk.refusal = domain::error{code, "try \"later\""};
    const auto answer = post("/api/v1/sessions", "{}");
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(message_of(answer), "try \"later\"");
  }
}

} // namespace fedloom::controller
