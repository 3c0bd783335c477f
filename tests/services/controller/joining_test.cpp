#include "tests/services/controller/rest_world.hpp"

namespace fedloom::controller {

using testing::ElementsAre;
using testing::HasSubstr;

namespace {

const std::string add_path = "/api/v1/clients/add";

/// Clients that come by way of the API, and those that are forgotten.
class joining : public rest_test {
protected:
  static void SetUpTestSuite() {
    rest_test::SetUpTestSuite();
    storage::batch changes;
    for (const auto* id : {"ann", "ben", "cid"}) {
      changes.clients.push_back({domain::client_id{id}, id, domain::combiner_id{"east"}, {}, {}, 500, date(1)});
    }
    changes.combiners = {{domain::combiner_id{"east"}, "tcp://10.0.0.5:12080", 100, date(1)},
                         {domain::combiner_id{"west"}, "tcp://10.0.0.6:12080", 100, date(2)}};
    changes.attributes.push_back({0, domain::client_id{"ann"}, "gpu", "none", date(1)});
    changes.attributes.push_back({0, domain::client_id{"ann"}, "gpu", "A100", date(2)});
    world->write(changes);
    world->presence.set(domain::client_id{"ann"}, true);
    world->presence.set(domain::combiner_id{"east"}, true);
  }

  static test::http_answer add(const json& what, std::string_view headers = {}) {
    return world->ask("POST", add_path, what.dump(), headers);
  }
  static void activate(const std::string& package) {
    storage::batch changes;
    domain::package_record record;
    record.package = domain::package_id{"p1"};
    record.helper = "numpyhelper";
    changes.packages.push_back(record);
    changes.active = domain::active_record{domain::package_id{package}, "numpyhelper"};
    world->write(changes);
  }
};

} // namespace

TEST_F(joining, tells_a_client_where_the_mesh_is) {
  const auto answer = add({{"client_id", "dan"}, {"name", "Dan"}, {"package", "local"}});
  EXPECT_EQ(answer.status, 200);
  auto said = body_of(answer);
  said.erase("helper_type");
  EXPECT_EQ(said, json::parse(R"({"status": "assigned", "host": "localhost", "fqdn": null, "package": "local",
    "ip": "localhost", "port": 7700, "client_id": "dan", "combiner_preferred": null})"));
}

TEST_F(joining, sends_a_client_back_while_there_is_no_package_for_it) {
  activate("");
  const auto wait = add({{"client_id", "dan"}, {"package", "remote"}});
  EXPECT_EQ(wait.status, 203);
  EXPECT_EQ(body_of(wait).at("status"), "retry");
  EXPECT_EQ(body_of(wait).at("success"), false);
  EXPECT_EQ(add({{"client_id", "dan"}}).status, 203);
  activate("p1");
  const auto answer = add({{"client_id", "dan"}, {"package", "remote"}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(body_of(answer).at("helper_type"), "numpyhelper");
}

TEST_F(joining, takes_either_name_of_a_preferred_combiner) {
  for (const auto* key : {"combiner_preferred", "preferred_combiner"}) {
    const auto answer = add({{"client_id", "dan"}, {"package", "local"}, {key, "west"}});
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(body_of(answer).at("combiner_preferred"), "west");
    const auto refused = add({{"client_id", "dan"}, {"package", "local"}, {key, "north"}});
    EXPECT_EQ(refused.status, 400);
    EXPECT_THAT(message_of(refused), HasSubstr("no combiner \"north\""));
  }
}

TEST_F(joining, refuses_what_cannot_be) {
  EXPECT_THAT(message_of(add({{"client_id", "a b"}, {"package", "local"}})), HasSubstr("client_id"));
  EXPECT_THAT(message_of(add({{"package", "local"}})), HasSubstr("client_id"));
  EXPECT_THAT(message_of(add({{"client_id", "dan"}, {"package", "far"}})), HasSubstr("package"));
  EXPECT_THAT(message_of(add({{"client_id", 7}, {"package", "local"}})), HasSubstr("client_id is 7"));
  EXPECT_THAT(message_of(add({{"client_name", "dan"}})), HasSubstr("unknown key"));
}

TEST_F(joining, tells_where_it_is_itself) {
  activate("");
  EXPECT_EQ(body_of(get("/api/v1/clients/config")),
            json({{"network_id", "fedloom"}, {"discover_host", "localhost"}, {"discover_port", 80}}));
  activate("p1");
  EXPECT_EQ(body_of(get("/api/v1/clients/config")).at("checksum"), std::string(64, '0'));
  EXPECT_FALSE(body_of(get("/api/v1/clients/config?checksum=false")).contains("checksum"));
}

TEST_F(joining, shows_what_a_client_says_of_itself) {
  EXPECT_EQ(body_of(get("/api/v1/clients/ann/attributes")), json({{"gpu", "A100"}}));
  EXPECT_EQ(get("/api/v1/clients/ben/attributes").body, "{}");
  EXPECT_EQ(get("/api/v1/clients/nobody/attributes").status, 404);
}

TEST_F(joining, forgets_clients_that_are_not_there) {
  const auto online = world->ask("DELETE", "/api/v1/clients/ann");
  EXPECT_EQ(online.status, 409);
  EXPECT_THAT(message_of(online), HasSubstr("online"));
  EXPECT_EQ(message_of(world->ask("DELETE", "/api/v1/clients/cid")), "Client deleted");
  EXPECT_EQ(get("/api/v1/clients/cid").status, 404);
  EXPECT_EQ(world->ask("DELETE", "/api/v1/clients/cid").status, 404);
}

TEST_F(joining, forgets_combiners_that_are_not_there) {
  storage::batch changes;
  changes.combiners = {{domain::combiner_id{"south"}, "tcp://10.0.0.7:12080", 100, date(3)}};
  world->write(changes);
  EXPECT_EQ(world->ask("DELETE", "/api/v1/combiners/east").status, 409);
  EXPECT_EQ(message_of(world->ask("DELETE", "/api/v1/combiners/south")), "Combiner deleted");
  EXPECT_EQ(get("/api/v1/combiners/south").status, 404);
  EXPECT_EQ(world->ask("DELETE", "/api/v1/combiners/south").status, 404);
}

TEST_F(joining, counts_the_clients_of_combiners) {
  const auto count = [](const json& combiners) {
    return world->ask("POST", "/api/v1/combiners/clients/count", json({{"combiners", combiners}}).dump());
  };
  const auto expected = json::parse(R"({"result": [{"id": "east", "count": 1}, {"id": "west", "count": 0}]})");
  EXPECT_EQ(body_of(count("east,west")), expected);
  EXPECT_EQ(body_of(count({"east", "west"})), expected);
  EXPECT_EQ(count(7).status, 400);
  EXPECT_EQ(count(json::parse("[7]")).status, 400);
}

} // namespace fedloom::controller
