#include "services/controller/routes/openapi_document.hpp"
#include "tests/services/controller/rest_world.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>

namespace fedloom::controller {

namespace {

const std::set<std::string> methods{"get", "post", "put", "patch", "delete"};

struct operation {
  std::string method;
  std::string path;
  YAML::Node what;
};

std::vector<operation> operations_of(const YAML::Node& document) {
  std::vector<operation> all;
  for (const auto& path : document["paths"]) {
    for (const auto& one : path.second) {
      const auto method = one.first.as<std::string>();
      if (methods.contains(method)) {
        all.push_back({method, path.first.as<std::string>(), one.second});
      }
    }
  }
  return all;
}

std::set<std::string> parameters_of(const std::string& path) {
  std::set<std::string> names;
  for (auto open = path.find('{'); open != std::string::npos; open = path.find('{', open + 1)) {
    names.insert(path.substr(open + 1, path.find('}', open) - open - 1));
  }
  return names;
}

/// Every "$ref" in the document.
void collect_references(const YAML::Node& node, std::set<std::string>& into) {
  if (node.IsMap()) {
    for (const auto& one : node) {
      if (one.first.as<std::string>() == "$ref") {
        into.insert(one.second.as<std::string>());
      }
      collect_references(one.second, into);
    }
  } else if (node.IsSequence()) {
    for (const auto& one : node) {
      collect_references(one, into);
    }
  }
}

bool is_defined(const YAML::Node& document, const std::string& reference) {
  std::istringstream words(reference);
  std::string word;
  std::getline(words, word, '/'); // "#"
  std::vector<YAML::Node> at{document};
  while (std::getline(words, word, '/')) {
    at.push_back(at.back()[word]);
    if (!at.back().IsDefined()) {
      return false;
    }
  }
  return true;
}

const YAML::Node& document() {
  static const auto parsed = YAML::Load(openapi_document);
  return parsed;
}

} // namespace

TEST(openapi, lists_exactly_the_routes) {
  std::set<std::string> described;
  for (auto& one : operations_of(document())) {
    std::ranges::transform(one.method, one.method.begin(), [](char c) { return static_cast<char>(std::toupper(c)); });
    described.insert(one.method + ' ' + one.path);
  }
  std::set<std::string> served;
  for (const auto& route : rest_routes({})) {
    served.insert(route.method + ' ' + route.path);
  }
  EXPECT_EQ(described, served);
}

TEST(openapi, declares_the_parameters_of_every_path) {
  for (const auto& one : operations_of(document())) {
    std::set<std::string> declared;
    for (const auto& parameter : one.what["parameters"]) {
      if (parameter["in"].IsDefined() && parameter["in"].as<std::string>() == "path") {
        declared.insert(parameter["name"].as<std::string>());
      }
    }
    EXPECT_EQ(declared, parameters_of(one.path)) << one.method << ' ' << one.path;
  }
}

TEST(openapi, describes_an_answer_of_every_operation) {
  for (const auto& one : operations_of(document())) {
    EXPECT_TRUE(one.what["summary"].IsDefined()) << one.method << ' ' << one.path;
    bool has_success = false;
    for (const auto& answer : one.what["responses"]) {
      has_success = has_success || answer.first.as<std::string>().starts_with('2');
    }
    EXPECT_TRUE(has_success) << one.method << ' ' << one.path;
  }
}

TEST(openapi, refers_to_nothing_that_is_not_there) {
  std::set<std::string> references;
  collect_references(document(), references);
  EXPECT_FALSE(references.empty());
  for (const auto& one : references) {
    EXPECT_TRUE(is_defined(document(), one)) << one;
  }
}

class served_openapi : public rest_test {
protected:
  /// The fields that the document gives an object, compared with those of a real one.
  static void expect_fields(const std::string& schema, const std::string& path) {
    std::set<std::string> described;
    for (const auto& one : document()["components"]["schemas"][schema]["properties"]) {
      described.insert(one.first.as<std::string>());
    }
    std::set<std::string> real;
    const auto object = body_of(get(path)); // items() of a temporary would dangle
    for (const auto& [name, value] : object.items()) {
      real.insert(name);
    }
    EXPECT_EQ(described, real) << path;
  }
};

TEST_F(served_openapi, is_the_document_itself) {
  const auto answer = get("/api/v1/openapi.yaml");
  EXPECT_TRUE(answer.has_header("Content-Type: application/yaml"));
  EXPECT_EQ(answer.body, openapi_document);
}

TEST_F(served_openapi, describes_the_objects_as_they_are) {
  storage::batch changes;
  changes.sessions.push_back(session_record(1, domain::session_status::running));
  changes.rounds.push_back(round_record(1, 1));
  changes.clients.push_back({domain::client_id{"ann"}, "Ann", {}, {}, {}, 1, date(1)});
  changes.combiners.push_back({domain::combiner_id{"east"}, "tcp://127.0.0.1:1", 1, date(1)});
  changes.models.push_back({model(1), {}, {}, 0, "seed", 64, date(1)});
  changes.packages.push_back({domain::package_id{"p1"}, "mnist", {}, "p.tgz", "numpyhelper", {}, date(1)});
  world->write(changes);
  expect_fields("client", "/api/v1/clients/ann");
  expect_fields("combiner", "/api/v1/combiners/east");
  expect_fields("package", "/api/v1/packages/p1");
  expect_fields("model", "/api/v1/models/" + to_hex(model(1)));
  expect_fields("session", "/api/v1/sessions/" + session(1).value());
  expect_fields("round", "/api/v1/rounds/111");
}

} // namespace fedloom::controller
