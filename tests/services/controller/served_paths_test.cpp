#include "actors/model/stream.hpp"
#include "actors/security/sha256.hpp"
#include "services/controller/routes/openapi_document.hpp"
#include "tests/services/controller/rest_world.hpp"

#include <yaml-cpp/yaml.h>

/// Every path that the OpenAPI document gives for reading, asked for in a world that holds one of everything.
namespace fedloom::controller {

namespace {

const YAML::Node& document() {
  static const auto parsed = YAML::Load(openapi_document);
  return parsed;
}

class served_paths : public rest_test {
protected:
  static void SetUpTestSuite() {
    rest_test::SetUpTestSuite();
    const auto bytes = model::blank_stream({{{"0", model::dtype::f32, {2}}}});
    known_model = model::id_of(bytes);
    ASSERT_TRUE(world->models->put(known_model, bytes));
    const auto archive = domain::as_bytes("an archive");
    const domain::package_digest content{security::sha256_of(archive)};
    ASSERT_TRUE(world->packages->put(content, archive));
    storage::batch changes;
    changes.sessions.push_back(session_record(1, domain::session_status::finished));
    changes.rounds.push_back(validated(round_record(1, 1)));
    changes.clients.push_back({domain::client_id{"ann"}, "Ann", {}, {}, {}, 1, date(1)});
    changes.combiners.push_back({domain::combiner_id{"east"}, "tcp://127.0.0.1:1", 1, date(1)});
    changes.models.push_back({known_model, {}, {}, 0, "seed", bytes.size(), date(1)});
    changes.packages.push_back({id<domain::package_id>(), "p", {}, "p.tgz", "numpyhelper", {content, 10}, date(1)});
    changes.active = domain::active_record{id<domain::package_id>(), "numpyhelper"};
    domain::run_record run;
    run.run = id<domain::run_id>();
    domain::prediction_record prediction;
    prediction.prediction = id<domain::prediction_id>();
    changes.runs.push_back(run);
    changes.predictions.push_back(prediction);
    changes.attributes.push_back({0, domain::client_id{"ann"}, "key", "value", date(1)});
    domain::measurement_record measured;
    measured.client = domain::client_id{"ann"};
    measured.key = "cpu_usage";
    changes.measurements.push_back(measured);
    world->write(changes);
  }

  template <class Id>
  static Id id() {
    return Id{session(1).value()};
  }

  /// The path with the id of what there is, and the query that it cannot do without.
  static std::string filled(std::string path) {
    static const std::map<std::string, std::string> ids{{"/api/v1/clients/", "ann"},
                                                        {"/clients/", "ann"},
                                                        {"/api/v1/combiners/", "east"},
                                                        {"/api/v1/models/", to_hex(known_model)},
                                                        {"/api/v1/rounds/", "111"},
                                                        {"/api/v1/attributes/", "1"},
                                                        {"/api/v1/telemetry/", "1"},
                                                        {"/api/v1/validations/", "111:validate:ann"},
                                                        {"/api/v1/statuses/", "111:train:ann"},
                                                        {"/api/v1/metrics/", "111:train:ann:loss"}};
    if (const auto open = path.find("{id}"); open != std::string::npos) {
      const auto known = ids.find(path.substr(0, open));
      path.replace(open, 4, known == ids.end() ? session(1).value() : known->second);
    }
    const auto seed = to_hex(known_model);
    return path == "/models/compare" ? path + "?version1=" + seed + "&version2=" + seed : path;
  }

  static inline domain::model_id known_model;
};

} // namespace

TEST_F(served_paths, answer_with_the_status_and_the_type_that_are_documented) {
  std::size_t asked = 0;
  for (const auto& one : document()["paths"]) {
    const auto reading = one.second["get"];
    if (!reading.IsDefined()) {
      continue;
    }
    const auto path = filled(one.first.as<std::string>());
    const auto content = reading["responses"]["200"]["content"];
    ASSERT_TRUE(content.IsMap()) << path;
    const auto answer = get(path);
    EXPECT_EQ(answer.status, 200) << path << ": " << answer.body;
    EXPECT_NE(answer.head.find("\r\nContent-Type: " + content.begin()->first.as<std::string>()), std::string::npos)
        << path << ": " << answer.head;
    ++asked;
  }
  EXPECT_GT(asked, 50U);
}

TEST_F(served_paths, show_the_fields_that_are_documented) {
  for (const auto& one : document()["paths"]) {
    const auto reading = one.second["get"];
    const auto type = reading.IsDefined() ? reading["responses"]["200"]["content"]["application/json"] : reading;
    const auto schema = type.IsDefined() ? type["schema"]["$ref"] : type;
    if (!schema.IsDefined()) {
      continue;
    }
    const auto name = schema.as<std::string>().substr(std::string{"#/components/schemas/"}.size());
    std::set<std::string> described;
    for (const auto& field : document()["components"]["schemas"][name]["properties"]) {
      described.insert(field.first.as<std::string>());
    }
    std::set<std::string> real;
    const auto object = body_of(get(filled(one.first.as<std::string>())));
    for (const auto& [field, value] : object.items()) {
      real.insert(field);
    }
    EXPECT_EQ(described, real) << name;
  }
}

TEST_F(served_paths, show_every_documented_option_of_a_session) {
  std::set<std::string> described;
  for (const auto& field : document()["components"]["schemas"]["session_config"]["properties"]) {
    described.insert(field.first.as<std::string>());
  }
  std::set<std::string> real;
  const auto shown = body_of(get("/api/v1/sessions/" + session(1).value()));
  for (const auto& [field, value] : shown.at("session_config").items()) {
    real.insert(field);
  }
  EXPECT_EQ(described, real);
}

TEST_F(served_paths, are_not_found_when_nothing_has_the_id) {
  for (const auto& one : document()["paths"]) {
    auto path = one.first.as<std::string>();
    const auto open = path.find("{id}");
    if (open == std::string::npos || !one.second["get"].IsDefined() || path.ends_with("/events")) {
      continue;
    }
    path.replace(open, 4, "nothing");
    EXPECT_EQ(get(path).status, 404) << path;
  }
}

} // namespace fedloom::controller
