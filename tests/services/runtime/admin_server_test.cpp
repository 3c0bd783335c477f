#include "services/runtime/admin_server.hpp"

#include "tests/support/http_client.hpp"

#include <gmock/gmock.h>

namespace fedloom::runtime {

using test::http;
using testing::ElementsAre;

namespace {

/// One server for all tests of the file: civetweb takes up to two seconds to stop.
class admin_server_test : public testing::Test {
protected:
  static void SetUpTestSuite() {
    admin_sources sources;
    sources.ready = [] {
      return ready ? domain::expected<void>{}
                   : domain::failure(domain::errc::unavailable, "waiting for the controller");
    };
    sources.metrics = [] { return "fedloom_x 1\n"; };
    sources.supervision = [] {
      return std::vector<kernel::child_status>{{"registry", "root", true, 2, "said \"no\""}};
    };
    sources.kill = [](const std::string& child) {
      killed.push_back(child);
      return child == "registry";
    };
    admin_config config;
    config.kill_children = true;
    server = start_admin_server(config, sources).value();
  }
  static void TearDownTestSuite() { server.reset(); }

  static inline bool ready = false;
  static inline std::vector<std::string> killed;
  static inline std::unique_ptr<http_server> server;
  const std::uint16_t port_ = server->port();
};

} // namespace

TEST_F(admin_server_test, is_alive_before_it_is_ready) {
  ready = false;
  EXPECT_EQ(http(port_, "GET", "/livez").status, 200);
}

TEST_F(admin_server_test, says_what_it_waits_for_until_it_is_ready) {
  ready = false;
  const auto waiting = http(port_, "GET", "/readyz");
  EXPECT_EQ(waiting.status, 503);
  EXPECT_EQ(waiting.body, "waiting for the controller\n");
  ready = true;
  EXPECT_EQ(http(port_, "GET", "/readyz").status, 200);
}

TEST_F(admin_server_test, serves_metrics_in_prometheus_format) {
  const auto answer = http(port_, "GET", "/metrics");
  EXPECT_TRUE(answer.has_header("Content-Type: text/plain; version=0.0.4; charset=utf-8"));
  EXPECT_EQ(answer.body, "fedloom_x 1\n");
}

TEST_F(admin_server_test, shows_the_supervision_tree) {
  EXPECT_EQ(http(port_, "GET", "/supervision").body,
            R"({"children":[{"alive":true,"last_reason":"said \"no\"","name":"registry","restarts":2,)"
            R"("supervisor":"root"}]})");
}

TEST_F(admin_server_test, kills_a_child_on_request_when_testing_allows_it) {
  killed.clear();
  EXPECT_EQ(http(port_, "POST", "/supervision/registry/kill").status, 202);
  EXPECT_EQ(http(port_, "POST", "/supervision/nobody/kill").status, 404);
  EXPECT_THAT(killed, ElementsAre("registry", "nobody"));
}

TEST(admin_server_default, has_no_way_to_kill_a_child) {
  const auto server = start_admin_server({}, {}).value();
  EXPECT_EQ(http(server->port(), "POST", "/supervision/registry/kill").status, 404);
}

TEST(admin_config, is_read_from_the_sections_metrics_and_testing) {
  const auto reader =
      config_reader::from_text("metrics: {enabled: false, bind: 0.0.0.0, port: 9701}\ntesting: {kill_children: true}",
                               "combiner")
          .value();
  const auto config = read_admin(reader, {});
  EXPECT_TRUE(reader.finish());
  EXPECT_FALSE(config.enabled);
  EXPECT_EQ(config.bind, "0.0.0.0");
  EXPECT_EQ(config.port, 9701);
  EXPECT_TRUE(config.kill_children);
}

} // namespace fedloom::runtime
