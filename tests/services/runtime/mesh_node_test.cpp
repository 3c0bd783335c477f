#include "services/runtime/mesh_node.hpp"

#include "tests/support/http_client.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>

namespace fedloom::runtime {

namespace {

const std::string any_port = "tcp://127.0.0.1:0";

transport::inbox nobody() {
  return {[](const transport::inbound&) {}, [](const transport::peer_notice&) {}};
}

std::uint16_t port_of(const std::string& url) {
  return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

} // namespace

TEST(mesh_node_test, is_known_by_the_same_id_in_its_next_life) {
  const test::temporary_folder folder;
  const auto life = [&] {
    mesh_node sut("combiner");
    EXPECT_TRUE(sut.settle(folder / "data", ""));
    EXPECT_EQ(sut.folder(), folder / "data");
    return sut.id();
  };
  const auto id = life();
  EXPECT_THAT(id, testing::StartsWith("combiner-"));
  EXPECT_EQ(life(), id);
}

TEST(mesh_node_test, does_not_settle_where_another_one_lives) {
  const test::temporary_folder folder;
  mesh_node first("combiner");
  mesh_node second("combiner");
  ASSERT_TRUE(first.settle(folder / "data"));
  EXPECT_EQ(second.settle(folder / "data").error().code, domain::errc::storage_failed);
}

TEST(mesh_node_test, says_why_it_cannot_settle_or_bind) {
  const test::temporary_folder folder;
  mesh_node sut("combiner");
  EXPECT_EQ(sut.settle(folder / "data", "not a name").error().code, domain::errc::config_invalid);
  EXPECT_EQ(sut.open_mesh("tcp://192.0.2.1:1", nobody()).error().code, domain::errc::unavailable);
}

TEST(mesh_node_test, shows_its_gateways_metrics_until_it_is_shut_down) {
  mesh_node sut("combiner");
  EXPECT_EQ(sut.metrics_url(), "off");
  ASSERT_TRUE(sut.open_mesh(any_port, nobody()));
  EXPECT_NE(sut.endpoint(), any_port);
  ASSERT_TRUE(sut.start_admin({}));
  const auto port = port_of(sut.metrics_url());
  EXPECT_EQ(test::http(port, "GET", "/readyz").status, 200);
  EXPECT_THAT(test::http(port, "GET", "/metrics").body,
              testing::HasSubstr("fedloom_combiner_mesh_frames_malformed_total 0"));
  sut.shut_down();
  sut.shut_down();
  EXPECT_THROW(test::http(port, "GET", "/readyz"), std::runtime_error);
}

TEST(mesh_node_test, has_no_admin_server_if_the_configuration_does_without) {
  mesh_node sut("client");
  admin_config none;
  none.enabled = false;
  ASSERT_TRUE(sut.start_admin(none));
  EXPECT_EQ(sut.metrics_url(), "off");
}

} // namespace fedloom::runtime
