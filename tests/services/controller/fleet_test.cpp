#include "tests/services/controller/rest_world.hpp"

namespace fedloom::controller {

using testing::ElementsAre;
using testing::IsEmpty;

namespace {

domain::client_record client(const std::string& id, const std::string& combiner, int joined) {
  return {domain::client_id{id}, "of " + id, domain::combiner_id{combiner}, {}, {}, 500, date(joined)};
}

class fleet : public rest_test {
protected:
  static void SetUpTestSuite() {
    rest_test::SetUpTestSuite();
    storage::batch changes;
    changes.clients = {client("zoe", "east", 1), client("ann", "east", 3), client("ben", "west", 2)};
    changes.clients[0].preferred_combiner = domain::combiner_id{"east"};
    changes.combiners = {{domain::combiner_id{"west"}, "tcp://[::1]:12081", 7, date(2)},
                         {domain::combiner_id{"east"}, "tcp://10.0.0.5:12080", 100, date(1)}};
    world->write(changes);
    world->presence.set(domain::client_id{"zoe"}, true);
    world->presence.set(domain::client_id{"ben"}, true);
    world->presence.set(domain::combiner_id{"east"}, true);
  }
};

} // namespace

TEST_F(fleet, lists_clients_with_the_newest_first) {
  const auto answer = get("/api/v1/clients");
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.has_header("Content-Type: application/json"));
  EXPECT_EQ(body_of(answer).at("count"), 3);
  EXPECT_THAT(column(answer, "client_id"), ElementsAre("ann", "ben", "zoe"));
}

TEST_F(fleet, shows_a_client_as_fedn_does) {
  EXPECT_EQ(body_of(get("/api/v1/clients/zoe")), json::parse(R"({
    "client_id": "zoe", "name": "of zoe", "combiner": "east", "combiner_preferred": "east", "status": "online",
    "package": "local", "max_examples": 500, "committed_at": "Mon, 29 Sep 2025 13:42:01 GMT",
    "updated_at": "Mon, 29 Sep 2025 13:42:01 GMT"})"));
}

TEST_F(fleet, tells_who_is_online) {
  EXPECT_THAT(column(get("/api/v1/clients?status=online"), "client_id"), ElementsAre("ben", "zoe"));
  EXPECT_THAT(column(get("/api/v1/clients?status=offline&combiner=west"), "client_id"), IsEmpty());
}

TEST_F(fleet, pages_and_sorts_clients) {
  EXPECT_THAT(
      column(get("/api/v1/clients", "X-Limit: 2\r\nX-Skip: 1\r\nX-Sort-Key: client_id\r\nX-Sort-Order: asc\r\n"),
             "client_id"),
      ElementsAre("ben", "zoe"));
}

TEST_F(fleet, does_not_find_clients_that_never_joined) {
  const auto answer = get("/api/v1/clients/nobody");
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(body_of(answer), json::parse(R"({"message": "Entity with id: nobody not found"})"));
}

TEST_F(fleet, takes_ids_for_nothing_but_ids) {
  for (const auto* path : {"/api/v1/clients/%2e%2e", "/api/v1/clients/%2e%2e%2fcombiners", "/api/v1/clients/%00",
                           "/api/v1/clients/%ff%fe", "/api/v1/combiners/..%2f..", "/api/v1/combiners/east%00"}) {
    EXPECT_EQ(get(path).status, 404) << path;
  }
  EXPECT_EQ(get("/api/v1/clients/" + std::string(4000, 'x')).status, 404);
}

TEST_F(fleet, shows_a_combiner_with_the_place_where_it_listens) {
  EXPECT_EQ(body_of(get("/api/v1/combiners/east")), json::parse(R"({
    "combiner_id": "east", "name": "east", "address": "10.0.0.5", "port": 12080, "status": "online", "clients": 1,
    "max_clients": 100,
    "committed_at": "Mon, 29 Sep 2025 13:42:01 GMT", "updated_at": "Mon, 29 Sep 2025 13:42:01 GMT"})"));
}

TEST_F(fleet, lists_combiners) {
  const auto answer = get("/api/v1/combiners");
  EXPECT_THAT(column(answer, "combiner_id"), ElementsAre("west", "east"));
  EXPECT_THAT(column(answer, "address"), ElementsAre("::1", "10.0.0.5"));
  EXPECT_THAT(column(answer, "port"), ElementsAre("12081", "12080"));
  EXPECT_THAT(column(answer, "status"), ElementsAre("offline", "online"));
  EXPECT_EQ(get("/api/v1/combiners/north").status, 404);
}

TEST_F(fleet, refuses_to_filter_by_what_does_not_exist) {
  const auto answer = get("/api/v1/combiners?adress=10.0.0.5");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(message_of(answer), R"(there is no field "adress"; did you mean "address"?)");
}

TEST_F(fleet, answers_probes) {
  EXPECT_EQ(get("/health").body, "OK");
  EXPECT_EQ(get("/livez").status, 200);
  EXPECT_EQ(get("/readyz").status, 200);
  world->is_ready = false;
  const auto waiting = get("/readyz");
  world->is_ready = true;
  EXPECT_EQ(waiting.status, 503);
  EXPECT_EQ(message_of(waiting), "reading the store");
}

TEST_F(fleet, shows_the_supervision_tree) {
  EXPECT_EQ(body_of(get("/api/v1/supervision")), json::parse(R"({"children": [
    {"name": "registry", "supervisor": "root", "alive": true, "restarts": 2, "last_reason": "crashed"}]})"));
}

} // namespace fedloom::controller
