#include "services/runtime/config_reader.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace fedloom::runtime {

using domain::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

struct mesh_config {
  std::string bind = "tcp://127.0.0.1:12080";
  std::uint32_t max_clients = 1000;
  std::int32_t offset = -1;
  double rate = 0.5;
  bool encrypt = false;
  milliseconds lease{3000};
  std::uint64_t staging = 32;
  std::string mode = "plain";
  std::vector<std::string> peers{"a"};
  bool operator==(const mesh_config&) const = default;
};

mesh_config read(const config_reader& reader) {
  mesh_config config;
  const auto mesh = reader.section("mesh");
  mesh.text("bind", config.bind, 1, 30);
  mesh.number<std::uint32_t>("max_clients", config.max_clients, 1, 100000);
  mesh.number<std::int32_t>("offset", config.offset, -5, 5);
  mesh.number("rate", config.rate, 0, 1);
  mesh.flag("encrypt", config.encrypt);
  mesh.texts("peers", config.peers, 3);
  mesh.choice("mode", config.mode, {"plain", "curve"});
  const auto limits = mesh.section("limits");
  limits.milliseconds("lease_ms", config.lease, milliseconds{100}, milliseconds{60000});
  limits.bytes("staging", config.staging, 1, std::uint64_t{1} << 40);
  return config;
}

mesh_config config_of(const std::string& yaml, environment variables = {}) {
  const auto reader = config_reader::from_text(yaml, "combiner", std::move(variables)).value();
  auto config = read(reader);
  EXPECT_THAT(reader.problems(), IsEmpty());
  return config;
}

std::vector<std::string> problems_of(const std::string& yaml, environment variables = {}) {
  const auto reader = config_reader::from_text(yaml, "combiner", std::move(variables)).value();
  EXPECT_EQ(read(reader), mesh_config{}) << "a bad value must leave the default";
  return reader.problems();
}

} // namespace

TEST(config_reader, keeps_the_defaults_of_missing_keys) {
  EXPECT_EQ(config_of(""), mesh_config{});
  EXPECT_EQ(config_of("mesh:"), mesh_config{});
  EXPECT_EQ(config_of("mesh: {bind: }"), mesh_config{});
}

TEST(config_reader, reads_every_type) {
  const auto config = config_of(R"(
mesh:
  bind: tcp://0.0.0.0:1
  max_clients: 7
  offset: -3
  rate: 2.5e-1
  encrypt: true
  mode: curve
  peers: [x, "y z"]
  limits:
    lease_ms: 250
    staging: 4 GiB
)");
  EXPECT_EQ(
      config,
      (mesh_config{
          "tcp://0.0.0.0:1", 7, -3, 0.25, true, milliseconds{250}, std::uint64_t{4} << 30, "curve", {"x", "y z"}}));
}

TEST(config_reader, reads_sizes_with_and_without_unit) {
  EXPECT_EQ(config_of("mesh: {limits: {staging: 100}}").staging, 100u);
  EXPECT_EQ(config_of("mesh: {limits: {staging: 2KiB}}").staging, 2048u);
  EXPECT_EQ(config_of("mesh: {limits: {staging: 3 MiB}}").staging, std::uint64_t{3} << 20);
  EXPECT_THAT(problems_of("mesh: {limits: {staging: 3 MB}}"), ElementsAre(HasSubstr("\"3 MB\" is not a size")));
}

TEST(config_reader, names_key_value_and_range_of_what_lies_outside) {
  EXPECT_THAT(problems_of("mesh:\n  max_clients: 0"),
              ElementsAre("combiner.yaml:2: mesh.max_clients: 0 is out of range; allowed: 1 to 100000"));
  EXPECT_THAT(problems_of("mesh: {rate: 1.5}"),
              ElementsAre(HasSubstr("mesh.rate: 1.5 is out of range; allowed: 0 to 1")));
  EXPECT_THAT(problems_of("mesh: {rate: nan}"), ElementsAre(HasSubstr("mesh.rate: nan is out of range")));
  EXPECT_THAT(problems_of("mesh: {limits: {lease_ms: 60001}}"), ElementsAre(HasSubstr("allowed: 100 to 60000")));
  EXPECT_THAT(problems_of("mesh: {bind: \"\"}"), ElementsAre(HasSubstr("has 0 characters; allowed: 1 to 30")));
  EXPECT_THAT(problems_of("mesh: {peers: [1, 2, 3, 4]}"), ElementsAre(HasSubstr("has 4 items; allowed: 0 to 3")));
}

TEST(config_reader, names_what_is_of_the_wrong_type) {
  EXPECT_THAT(problems_of("mesh: {max_clients: many}"),
              ElementsAre(HasSubstr("mesh.max_clients: \"many\" is not a whole number; allowed: 1 to 100000")));
  EXPECT_THAT(problems_of("mesh: {max_clients: 1.5}"), ElementsAre(HasSubstr("not a whole number")));
  EXPECT_THAT(problems_of("mesh: {max_clients: -1}"), ElementsAre(HasSubstr("not a whole number")));
  EXPECT_THAT(problems_of("mesh: {encrypt: 1}"), ElementsAre(HasSubstr("\"1\" is not allowed; allowed: true, false")));
  EXPECT_THAT(problems_of("mesh: {mode: fast}"), ElementsAre(HasSubstr("allowed: plain, curve")));
  EXPECT_THAT(problems_of("mesh: {bind: [a]}"), ElementsAre(HasSubstr("is a list; a single value is needed")));
  EXPECT_THAT(problems_of("mesh: {peers: a}"), ElementsAre(HasSubstr("is a single value; a list of texts is needed")));
  EXPECT_THAT(problems_of("mesh: 5"), ElementsAre("combiner.yaml:1: mesh: is a single value; a section is needed"));
}

TEST(config_reader, refuses_unknown_keys_and_hints_at_the_nearest_known_one) {
  EXPECT_THAT(problems_of("mesh: {max_client: 5}"),
              ElementsAre("combiner.yaml:1: mesh.max_client: unknown key; did you mean mesh.max_clients?"));
  EXPECT_THAT(problems_of("messh: {bind: x}"), ElementsAre(HasSubstr("messh: unknown key; did you mean mesh?")));
  EXPECT_THAT(problems_of("mesh: {limits: {limits: 1}}"), ElementsAre(HasSubstr("did you mean mesh.limits?")));
  EXPECT_THAT(problems_of("lease_ms: 5"),
              ElementsAre(HasSubstr("lease_ms: unknown key; did you mean mesh.limits.lease_ms?")));
  EXPECT_THAT(problems_of("colour: red"), ElementsAre("combiner.yaml:1: colour: unknown key"));
}

TEST(config_reader, refuses_a_key_that_stands_twice) {
  const auto reader = config_reader::from_text("mesh:\n  bind: a\n  bind: b", "combiner").value();
  read(reader);
  EXPECT_THAT(reader.problems(), ElementsAre("combiner.yaml:3: mesh.bind: stands here a second time"));
}

TEST(config_reader, collects_all_problems) {
  EXPECT_EQ(problems_of("mesh: {max_clients: 0, rate: 7, colour: red}").size(), 3u);
  const auto reader = config_reader::from_text("mesh: {max_clients: 0, rate: 7}", "combiner").value();
  read(reader);
  EXPECT_EQ(reader.finish().error().code, domain::errc::config_invalid);
  EXPECT_THAT(reader.finish().error().text, HasSubstr("\n"));
}

TEST(config_reader, lets_the_environment_override_every_key) {
  const auto config = config_of("mesh: {bind: file}", {{"FEDLOOM_COMBINER_MESH_BIND", "env"},
                                                       {"FEDLOOM_COMBINER_MESH_LIMITS_LEASE_MS", "500"},
                                                       {"FEDLOOM_COMBINER_MESH_PEERS", "p, q"},
                                                       {"FEDLOOM_CONTROLLER_MESH_MODE", "curve"}});
  EXPECT_EQ(config.bind, "env");
  EXPECT_EQ(config.lease, milliseconds{500});
  EXPECT_THAT(config.peers, ElementsAre("p", "q"));
  EXPECT_EQ(config.mode, "plain");
}

TEST(config_reader, names_the_variable_whose_value_is_wrong) {
  EXPECT_THAT(
      problems_of("", {{"FEDLOOM_COMBINER_MESH_MAX_CLIENTS", "0"}}),
      ElementsAre("FEDLOOM_COMBINER_MESH_MAX_CLIENTS: mesh.max_clients: 0 is out of range; allowed: 1 to 100000"));
}

TEST(config_reader, bears_the_variables_that_kubernetes_adds) {
  EXPECT_EQ(config_of("", {{"FEDLOOM_COMBINER_PORT", "tcp://10.0.0.1:12080"}}), mesh_config{});
}

TEST(config_reader, writes_a_service_name_with_a_dash_as_underscore) {
  const auto reader =
      config_reader::from_text("", "policy-engine", {{"FEDLOOM_POLICY_ENGINE_MESH_BIND", "env"}}).value();
  EXPECT_EQ(read(reader).bind, "env");
}

TEST(config_reader, takes_problems_that_only_the_caller_sees) {
  const auto reader = config_reader::from_text("mesh:\n  bind: a", "combiner").value();
  read(reader);
  reader.section("mesh").problem("bind", "contradicts mesh.mode");
  EXPECT_THAT(reader.problems(), ElementsAre("combiner.yaml:2: mesh.bind: contradicts mesh.mode"));
}

TEST(config_reader, refuses_what_is_no_yaml_and_names_the_line) {
  EXPECT_THAT(config_reader::from_text("mesh:\n  bind: [a", "combiner").error().text, HasSubstr("combiner.yaml:"));
  EXPECT_EQ(config_reader::from_text("- a\n- b", "combiner").error().code, domain::errc::config_invalid);
}

TEST(config_reader, reads_a_file_and_refuses_one_that_is_not_there) {
  const test::temporary_folder folder;
  const auto file = (folder / "mine.yaml").string();
  EXPECT_THAT(config_reader::from_file(file, "combiner", {}).error().text, HasSubstr(file));
  std::ofstream(file) << "mesh: {bind: here, colour: red}\n";
  const auto reader = config_reader::from_file(file, "combiner", {}).value();
  EXPECT_EQ(read(reader).bind, "here");
  EXPECT_THAT(reader.problems(), ElementsAre(HasSubstr("mine.yaml:1: mesh.colour")));
}

TEST(config_reader, does_without_a_file) {
  const auto reader = config_reader::from_file("", "combiner", {{"FEDLOOM_COMBINER_MESH_BIND", "env"}}).value();
  EXPECT_EQ(read(reader).bind, "env");
  EXPECT_THAT(reader.problems(), IsEmpty());
}

} // namespace fedloom::runtime
