// Every file in configs/ parses without a problem and says the defaults, so that it documents what happens without it.
#include "services/client/config.hpp"
#include "services/combiner/config.hpp"
#include "services/controller/config.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace fedloom {

namespace {

std::string shipped(const std::string& name) {
  std::ifstream file(std::string(FEDLOOM_SOURCE_FOLDER) + "/configs/" + name);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_FALSE(text.str().empty()) << name;
  return text.str();
}

template <class Read>
auto read(const std::string& yaml, const std::string& service, Read&& as) {
  auto reader = runtime::config_reader::from_text(yaml, service);
  EXPECT_TRUE(reader);
  // log.* is read by run_service, for all services alike.
  std::string ignored;
  reader->section("log").text("level", ignored);
  reader->section("log").text("file", ignored);
  auto all = as(*reader);
  EXPECT_TRUE(reader->finish()) << reader->finish().error().text;
  return all;
}

} // namespace

TEST(shipped_configs, the_controllers_file_says_the_defaults) {
  const auto said = read(shipped("controller.yaml"), "controller", controller::read_config);
  const controller::config defaults;
  EXPECT_EQ(said.data_folder, defaults.data_folder);
  EXPECT_EQ(said.mesh_bind, defaults.mesh_bind);
  EXPECT_EQ(said.http_port, defaults.http_port);
  EXPECT_EQ(said.http_threads, defaults.http_threads);
  EXPECT_EQ(said.event_streams, defaults.event_streams);
  EXPECT_EQ(said.model_limit, defaults.model_limit);
  EXPECT_EQ(said.registry.heartbeat, defaults.registry.heartbeat);
  EXPECT_EQ(said.registry.lease, defaults.registry.lease);
  EXPECT_EQ(said.registry.ticket_valid, defaults.registry.ticket_valid);
  EXPECT_EQ(said.registry.max_clients, defaults.registry.max_clients);
  EXPECT_EQ(said.registry.max_combiners, defaults.registry.max_combiners);
  EXPECT_EQ(said.registry.max_examples, defaults.registry.max_examples);
  EXPECT_EQ(said.sessions.absence, defaults.sessions.absence);
  EXPECT_EQ(said.sessions.closing, defaults.sessions.closing);
  EXPECT_EQ(said.sessions.sessions, defaults.sessions.sessions);
  EXPECT_EQ(said.sessions.queued, defaults.sessions.queued);
  EXPECT_EQ(said.window, defaults.window);
  EXPECT_EQ(said.admin.port, defaults.admin.port);
  EXPECT_FALSE(said.admin.kill_children);
}

TEST(shipped_configs, the_combiners_file_says_the_defaults) {
  const auto said = read(shipped("combiner.yaml"), "combiner", combiner::read_config);
  const combiner::config defaults;
  EXPECT_EQ(said.id, defaults.id);
  EXPECT_EQ(said.mesh_bind, defaults.mesh_bind);
  EXPECT_EQ(said.mesh_advertise, defaults.mesh_advertise);
  EXPECT_EQ(said.controller_endpoint, defaults.controller_endpoint);
  EXPECT_EQ(said.dialog.answer, defaults.dialog.answer);
  EXPECT_EQ(said.dialog.first_pause, defaults.dialog.first_pause);
  EXPECT_EQ(said.dialog.longest_pause, defaults.dialog.longest_pause);
  EXPECT_EQ(said.roster.max_clients, defaults.roster.max_clients);
  EXPECT_EQ(said.roster.lease, defaults.roster.lease);
  EXPECT_EQ(said.parts.open, defaults.parts.open);
  EXPECT_EQ(said.parts.collection.upload_stall, defaults.parts.collection.upload_stall);
  EXPECT_EQ(said.parts.collection.report_pause, defaults.parts.collection.report_pause);
  EXPECT_EQ(said.parts.collection.window, defaults.parts.collection.window);
  EXPECT_EQ(said.models.model_bytes, defaults.models.model_bytes);
  EXPECT_EQ(said.models.package_bytes, defaults.models.package_bytes);
  EXPECT_EQ(said.admin.port, defaults.admin.port);
}

TEST(shipped_configs, the_clients_file_says_the_defaults) {
  const auto said = read(shipped("client.yaml"), "client", client::read_config);
  const client::config defaults;
  EXPECT_EQ(said.id, defaults.id);
  EXPECT_EQ(said.data_folder, defaults.data_folder);
  EXPECT_EQ(said.controller_endpoint, defaults.controller_endpoint);
  EXPECT_EQ(said.max_examples, defaults.max_examples);
  EXPECT_EQ(said.package.mode, defaults.package.mode);
  EXPECT_EQ(said.package.folder, defaults.package.folder);
  EXPECT_EQ(said.package.sandbox, defaults.package.sandbox);
  EXPECT_EQ(said.package.kept, defaults.package.kept);
  EXPECT_EQ(said.package.environment_time, defaults.package.environment_time);
  EXPECT_EQ(said.tasks.package_bytes, defaults.tasks.package_bytes);
  EXPECT_EQ(said.tasks.window, defaults.tasks.window);
  EXPECT_EQ(said.tasks.model_bytes, defaults.tasks.model_bytes);
  EXPECT_EQ(said.tasks.kept_updates, defaults.tasks.kept_updates);
  EXPECT_EQ(said.tasks.kept_bytes, defaults.tasks.kept_bytes);
  EXPECT_FALSE(said.admin.enabled);
}

TEST(shipped_configs, keys_that_contradict_are_named) {
  auto reader = runtime::config_reader::from_text("registry: {heartbeat_ms: 1000, lease_ms: 1500}", "controller");
  ASSERT_TRUE(reader);
  controller::read_config(*reader);
  const auto problems = reader->problems();
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_NE(problems[0].find("registry.lease_ms"), std::string::npos) << problems[0];
}

TEST(shipped_configs, a_client_that_names_a_folder_runs_that_and_else_what_sessions_name) {
  const auto source = [](const std::string& yaml) {
    auto reader = runtime::config_reader::from_text(yaml, "client");
    return client::read_config(*reader).package.source();
  };
  using from = client::package_config::from;
  EXPECT_EQ(source("{}"), from::controller);
  EXPECT_EQ(source("package: {folder: client}"), from::folder);
  EXPECT_EQ(source("package: {mode: remote, folder: client}"), from::controller);
}

TEST(shipped_configs, what_a_client_cannot_mean_of_its_packages_is_named) {
  const std::vector<std::pair<std::string, std::string>> mistakes = {
      {"package: {mode: local}", "package.folder"},
      {"package: {mode: sometimes}", "package.mode"},
      {"package: {trusted_keys: [no-key]}", "package.trusted_keys"},
      {"package: {checksum: abc}", "package.checksum"},
      {"package: {sandbox: chroot}", "package.sandbox"},
  };
  for (const auto& [yaml, key] : mistakes) {
    auto reader = runtime::config_reader::from_text(yaml, "client");
    client::read_config(*reader);
    const auto problems = reader->problems();
    ASSERT_EQ(problems.size(), 1U) << yaml;
    EXPECT_NE(problems[0].find(key), std::string::npos) << problems[0];
  }
}

} // namespace fedloom
