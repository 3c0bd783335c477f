#include "tests/services/controller/rest_world.hpp"

/// What clients say of themselves: attributes and telemetry.
namespace fedloom::controller {

using testing::ElementsAre;
using testing::HasSubstr;

namespace {

class client_words : public rest_test {
protected:
  static void SetUpTestSuite() {
    rest_test::SetUpTestSuite();
    storage::batch changes;
    for (const auto* id : {"ann", "ben"}) {
      domain::client_record client;
      client.client = domain::client_id{id};
      client.name = std::string{"client "} + id;
      changes.clients.push_back(client);
    }
    world->write(changes);
  }

  static test::http_answer post(std::string_view path, const json& body) {
    return world->ask("POST", path, body.dump());
  }
  static test::http_answer say(const char* client, const char* key, const char* value) {
    return post("/api/v1/attributes", {{"key", key}, {"value", value}, {"sender", {{"client_id", client}}}});
  }
};

} // namespace

TEST_F(client_words, attributes_are_stored_and_shown) {
  const auto stored = say("ann", "charging", "true");
  EXPECT_EQ(stored.status, 201);
  const auto shown = body_of(stored);
  EXPECT_EQ(shown.at("key"), "charging");
  EXPECT_EQ(shown.at("value"), "true");
  EXPECT_EQ(shown.at("sender"), json({{"name", "client ann"}, {"role", "CLIENT"}, {"client_id", "ann"}}));
  EXPECT_EQ(body_of(get("/api/v1/attributes/" + shown.at("attribute_id").get<std::string>())), shown);
}

TEST_F(client_words, the_newest_attribute_of_a_key_holds) {
  say("ben", "battery", "full");
  say("ben", "battery", "low");
  say("ben", "place", "roof");
  EXPECT_EQ(body_of(post("/api/v1/attributes/current", {{"client_ids", {"ben", "zoe"}}})),
            json({{"ben", {{"battery", "low"}, {"place", "roof"}}}, {"zoe", json::object()}}));
  EXPECT_THAT(column(get("/api/v1/attributes?key=battery"), "value"), ElementsAre("low", "full"));
}

TEST_F(client_words, telemetry_is_stored_and_shown) {
  const auto stored =
      post("/api/v1/telemetry", {{"key", "cpu_usage"}, {"value", 12.5}, {"sender", {{"client_id", "ann"}}}});
  EXPECT_EQ(stored.status, 201);
  const auto shown = body_of(stored);
  EXPECT_EQ(shown.at("value"), 12.5);
  EXPECT_EQ(body_of(get("/api/v1/telemetry/" + shown.at("telemetry_id").get<std::string>())), shown);
  EXPECT_THAT(column(get("/api/v1/telemetry?key=cpu_usage"), "value"), ElementsAre("12.5"));
}

TEST_F(client_words, telemetry_of_more_than_five_minutes_before_goes) {
  storage::batch changes;
  domain::measurement_record old;
  old.client = domain::client_id{"ben"};
  old.key = "memory_usage";
  old.value = 1;
  old.at = date(0);
  changes.measurements = {old};
  world->write(changes);
  EXPECT_EQ(get("/api/v1/telemetry/count?key=memory_usage").body, "1");
  post("/api/v1/telemetry", {{"key", "memory_usage"}, {"value", 2}, {"client_id", "ben"}});
  EXPECT_THAT(column(get("/api/v1/telemetry?key=memory_usage"), "value"), ElementsAre("2.0"));
}

TEST_F(client_words, what_is_measured_in_a_round_is_no_telemetry) {
  storage::batch changes;
  domain::measurement_record logged;
  logged.client = domain::client_id{"ann"};
  logged.key = "loss";
  logged.round = {session(1), 1, 1};
  logged.at = date(1);
  changes.measurements = {logged};
  world->write(changes);
  EXPECT_EQ(get("/api/v1/telemetry/count?key=loss").body, "0");
}

TEST_F(client_words, come_from_clients_that_are_known) {
  for (const auto* path : {"/api/v1/attributes", "/api/v1/telemetry"}) {
    const json value = std::string_view{path}.ends_with("y") ? json(1) : json("x");
    EXPECT_EQ(post(path, {{"key", "k"}, {"value", value}, {"client_id", "zoe"}}).status, 404);
    EXPECT_EQ(post(path, {{"key", "k"}, {"value", value}, {"client_id", ""}}).status, 400);
    EXPECT_EQ(post(path, {{"key", "k"}, {"value", value}, {"sender", "ann"}}).status, 400);
    EXPECT_EQ(post(path, {{"key", "k"}, {"value", value}}).status, 400);
    EXPECT_EQ(post(path, {{"value", value}, {"client_id", "ann"}}).status, 400);
    EXPECT_EQ(post(path, {{"key", 5}, {"value", value}, {"client_id", "ann"}}).status, 400);
    EXPECT_EQ(post(path, {{"key", std::string(129, 'k')}, {"value", value}, {"client_id", "ann"}}).status, 400);
    EXPECT_EQ(post(path, {{"key", "k"}, {"value", json::array()}, {"client_id", "ann"}}).status, 400);
  }
  EXPECT_EQ(post("/api/v1/attributes/current", {{"client_ids", 5}}).status, 400);
}

TEST_F(client_words, are_not_without_bounds) {
  storage::batch changes;
  domain::client_record talker;
  talker.client = domain::client_id{"talker"};
  changes.clients = {talker};
  for (int i = 0; i < 1000; ++i) {
    changes.attributes.push_back({0, talker.client, std::to_string(i), "x", date(1)});
  }
  world->write(changes);
  const auto refused = say("talker", "another", "x");
  EXPECT_EQ(refused.status, 429);
  EXPECT_THAT(message_of(refused), HasSubstr("1000 attributes"));
  EXPECT_EQ(say("talker", "7", "y").status, 201) << "a key that is there already";
}

} // namespace fedloom::controller
