#include "actors/transport/loopback_gateway.hpp"
#include "tests/contract/mailbox.hpp"

#include <gtest/gtest.h>

namespace fedloom::transport {

class loopback_gateway_test : public testing::Test {
protected:
  static domain::message number(std::uint64_t n) { return {{}, domain::heartbeat{n}, {}}; }

  /// "3 5": the numbers that a mailbox got, in order.
  static std::string got(const mailbox& box) {
    std::string text;
    for (const auto& each : box.now().messages) {
      text += (text.empty() ? "" : " ") + std::to_string(std::get<domain::heartbeat>(each.what.what).sequence);
    }
    return text;
  }

  loopback_net net;
  mailbox server_box, client_box;
  std::unique_ptr<gateway> server = net.open("loop://server", server_box.entry()).value();
  std::unique_ptr<gateway> client = net.open("", client_box.entry()).value();
  peer_id there = client->dial("loop://server");
};

TEST_F(loopback_gateway_test, delivers_one_message_at_a_time_when_asked) {
  client->send(there, number(1));
  client->send(there, number(2));
  EXPECT_EQ(got(server_box), "");
  EXPECT_TRUE(net.deliver_one());
  EXPECT_EQ(got(server_box), "1");
  EXPECT_TRUE(net.deliver_one());
  EXPECT_FALSE(net.deliver_one());
  EXPECT_EQ(got(server_box), "1 2");
}

TEST_F(loopback_gateway_test, refuses_a_second_gateway_at_the_same_endpoint) {
  mailbox box;
  const auto second = net.open("loop://server", box.entry());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, domain::errc::unavailable);
}

TEST_F(loopback_gateway_test, lets_an_inbox_answer_at_once) {
  mailbox box;
  std::unique_ptr<gateway> echo;
  echo =
      net.open("loop://echo", {[&](inbound what) { echo->send(what.from, std::move(what.what)); }, [](peer_notice) {}})
          .value();
  client->send(client->dial("loop://echo"), number(9));
  EXPECT_EQ(net.deliver_all(), 2u);
  EXPECT_EQ(got(client_box), "9");
}

TEST_F(loopback_gateway_test, loses_what_the_hook_says) {
  net.lose_if([&](const loopback_net::passage& on) {
    EXPECT_EQ(on.from, client.get());
    EXPECT_EQ(on.to, server.get());
    return std::get<domain::heartbeat>(on.what.what).sequence % 2 == 0;
  });
  for (std::uint64_t n = 1; n <= 5; ++n) {
    client->send(there, number(n));
  }
  net.deliver_all();
  EXPECT_EQ(got(server_box), "1 3 5");
}

TEST_F(loopback_gateway_test, loses_what_was_under_way_on_a_connection_that_is_cut) {
  client->send(there, number(1));
  net.deliver_all();
  const auto first = server_box.now().messages.back().from;
  client->send(there, number(2));
  server->send(first, number(3));
  net.cut(*client, there);
  net.deliver_all();
  EXPECT_EQ(got(server_box), "1");
  EXPECT_EQ(got(client_box), "");
  server->send(first, number(4));
  client->send(there, number(5));
  net.deliver_all();
  EXPECT_TRUE(server_box.holds([&](const auto& all) { return told_gone(all, first); }));
  EXPECT_EQ(got(server_box), "1 5");
  EXPECT_NE(server_box.now().messages.back().from, first);
}

TEST_F(loopback_gateway_test, delivers_to_others_while_one_is_held) {
  mailbox box;
  const auto other = net.open("loop://other", box.entry()).value();
  net.hold(*server);
  client->send(there, number(1));
  client->send(client->dial("loop://other"), number(2));
  EXPECT_EQ(net.deliver_all(), 1u);
  EXPECT_EQ(got(box), "2");
  net.resume(*server);
  net.deliver_all();
  EXPECT_EQ(got(server_box), "1");
}

TEST_F(loopback_gateway_test, tells_liveness_by_the_time_it_is_given) {
  const auto say = [&](domain::milliseconds at) {
    net.set_time(domain::instant{at});
    client->send(there, number(1));
    net.deliver_all();
    return server_box.now().notices.size();
  };
  EXPECT_EQ(say(domain::milliseconds{0}), 1u);
  EXPECT_EQ(say(domain::milliseconds{499}), 1u);
  EXPECT_EQ(say(domain::milliseconds{500}), 2u);
}

TEST_F(loopback_gateway_test, still_delivers_a_goodbye) {
  client->send(there, number(1));
  client->hang_up(there);
  client->send(there, number(2));
  client.reset();
  net.deliver_all();
  EXPECT_EQ(got(server_box), "1");
}

} // namespace fedloom::transport
