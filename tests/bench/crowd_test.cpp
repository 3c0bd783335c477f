#include "tests/bench/crowd.hpp"

#include "tests/contract/mailbox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace fedloom::bench {
namespace {

/// Who asked to join, and over how many connections.
struct joiners {
  std::set<std::string> names;
  std::set<transport::peer_id> peers;
};

joiners joiners_in(const transport::mailbox::contents& all) {
  joiners found;
  for (const auto& each : all.messages) {
    if (const auto* asked = std::get_if<domain::join>(&each.what.what)) {
      found.names.insert(asked->client.value());
      found.peers.insert(each.from);
    }
  }
  return found;
}

TEST(crowd_test, every_client_asks_to_join_over_a_connection_of_its_own) {
  transport::mailbox box;
  transport::zmq_gateway_config config;
  config.bind = "tcp://127.0.0.1:0";
  const auto controller = transport::zmq_gateway::open(config, box.entry()).value();
  const runtime::stop_request stop;
  const auto sut = crowd::join(3, controller->endpoint(), stop).value();
  ASSERT_TRUE(box.wait([](const auto& all) { return joiners_in(all).names.size() == 3; }));
  EXPECT_THAT(joiners_in(box.now()).names, ::testing::ElementsAre("client-1", "client-2", "client-3"));
  EXPECT_GE(joiners_in(box.now()).peers.size(), 3U);
}

} // namespace
} // namespace fedloom::bench
