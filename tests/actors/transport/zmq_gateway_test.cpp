#include "tests/actors/transport/zmq_stations.hpp"

#include <array>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <thread>
#include <zmq.h>

namespace fedloom::transport {

namespace {

domain::message number(std::uint64_t n) {
  return {{}, domain::heartbeat{n}, {}};
}

auto messages(std::size_t count) {
  return [count](const mailbox::contents& all) { return all.messages.size() >= count; };
}

auto gone(peer_id peer) {
  return [peer](const mailbox::contents& all) { return told_gone(all, peer); };
}

std::uint64_t sequence_of(const inbound& what) {
  return std::get<domain::heartbeat>(what.what.what).sequence;
}

/// An endpoint where nobody listens.
std::string deserted() {
  return open_station(any_tcp_port)->endpoint;
}

} // namespace

TEST(zmq_gateway_test, names_the_real_port) {
  const auto sut = open_station(any_tcp_port);
  EXPECT_EQ(sut->endpoint.rfind("tcp://127.0.0.1:", 0), 0u);
  EXPECT_NE(sut->endpoint, any_tcp_port);
  EXPECT_EQ(open_station("")->endpoint, "");
}

TEST(zmq_gateway_test, names_the_endpoint_that_it_cannot_bind) {
  const auto first = open_station(any_tcp_port);
  mailbox box;
  zmq_gateway_config config;
  config.bind = first->endpoint;
  const auto second = zmq_gateway::open(config, box.entry());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, domain::errc::unavailable);
  EXPECT_NE(second.error().text.find(first->endpoint), std::string::npos);
}

TEST(zmq_gateway_test, tells_that_a_peer_is_gone_that_could_not_be_reached_for_the_stall_limit) {
  gateway_limits impatient;
  impatient.stall_limit = std::chrono::milliseconds{50};
  const auto sut = open_station("", impatient);
  const auto there = sut->door->dial(deserted());
  sut->door->send(there, number(1));
  sut->door->send(there, number(2));
  ASSERT_TRUE(sut->box.wait(gone(there)));
  EXPECT_EQ(sut->door->counters().sends_dropped, 2u);
}

TEST(zmq_gateway_test, keeps_a_dialled_peer_that_was_gone) {
  gateway_limits impatient;
  impatient.stall_limit = std::chrono::milliseconds{50};
  const auto endpoint = deserted();
  const auto client = open_station("", impatient);
  const auto there = client->door->dial(endpoint);
  client->door->send(there, number(1));
  ASSERT_TRUE(client->box.wait(gone(there)));
  const auto server = open_station(endpoint);
  for (int tries = 0; tries < 1000 && !server->box.wait(messages(1), std::chrono::milliseconds{10}); ++tries) {
    client->door->send(there, number(2));
  }
  ASSERT_TRUE(server->box.holds(messages(1)));
  EXPECT_EQ(sequence_of(server->box.now().messages[0]), 2u);
}

TEST(zmq_gateway_test, lets_a_goodbye_leave_before_it_ends) {
  const auto server = open_station(any_tcp_port);
  auto client = open_station("");
  const auto there = client->door->dial(server->endpoint);
  client->door->send(there, number(1));
  ASSERT_TRUE(server->box.wait(messages(1)));
  client->door->send(there, number(2));
  client.reset();
  EXPECT_TRUE(server->box.wait(messages(2)));
}

TEST(zmq_gateway_test, ends_though_a_peer_does_not_read_and_another_is_not_there) {
  auto server = open_station(any_tcp_port);
  const auto idler = open_station("");
  idler->door->send(idler->door->dial(server->endpoint), number(1));
  ASSERT_TRUE(server->box.wait(messages(1)));
  idler->box.freeze();
  const auto payload = domain::shared_bytes::adopt(std::vector<std::byte>(256 << 10));
  for (std::uint32_t n = 0; n < 250; ++n) {
    server->door->send(server->box.now().messages[0].from, {{}, domain::chunk{domain::transfer_id{1}, n, {}}, payload});
  }
  server->door->send(server->door->dial(deserted()), number(2));
  server.reset();
  SUCCEED() << "the destructor came back";
}

TEST(zmq_gateway_test, survives_the_end_of_a_peer_that_it_was_not_reading) {
  auto server = open_station(any_tcp_port);
  const auto idler = open_station("");
  idler->door->send(idler->door->dial(server->endpoint), number(1));
  ASSERT_TRUE(server->box.wait(messages(1)));
  idler->box.freeze();
  const auto payload = domain::shared_bytes::adopt(std::vector<std::byte>(256 << 10));
  for (std::uint32_t n = 0; n < 250; ++n) {
    server->door->send(server->box.now().messages[0].from, {{}, domain::chunk{domain::transfer_id{1}, n, {}}, payload});
  }
  server.reset();
  idler->box.thaw();
  server = open_station(any_tcp_port);
  idler->door->send(idler->door->dial(server->endpoint), number(2));
  EXPECT_TRUE(server->box.wait(messages(1)));
}

TEST(zmq_gateway_test, cuts_a_connection_that_sends_too_much_and_serves_it_again) {
  gateway_limits narrow;
  narrow.payload_bytes = 64 << 10;
  const auto server = open_station(any_tcp_port, narrow);
  const auto client = open_station("");
  const auto there = client->door->dial(server->endpoint);
  const auto payload = domain::shared_bytes::adopt(std::vector<std::byte>(65 << 10));
  client->door->send(there, {{}, domain::chunk{domain::transfer_id{1}, 0, {}}, payload});
  for (int tries = 0; tries < 1000 && !server->box.wait(messages(1), std::chrono::milliseconds{10}); ++tries) {
    client->door->send(there, number(2));
  }
  const auto got = server->box.now().messages;
  ASSERT_FALSE(got.empty());
  EXPECT_EQ(sequence_of(got[0]), 2u) << "what was too large did not arrive";
}

TEST(zmq_gateway_test, finds_out_that_silent_peers_have_left_when_others_come) {
  gateway_limits curious;
  curious.probe_after = std::chrono::milliseconds{0};
  const auto server = open_station(any_tcp_port, curious);
  const auto stayed = open_station("");
  stayed->door->send(stayed->door->dial(server->endpoint), number(1));
  ASSERT_TRUE(server->box.wait(messages(1)));
  auto left = open_station("");
  left->door->send(left->door->dial(server->endpoint), number(2));
  ASSERT_TRUE(server->box.wait(messages(2)));
  left.reset();
  const auto got = server->box.now().messages;
  std::vector<std::unique_ptr<station>> others;
  while (others.size() < 200 && !server->box.wait(gone(got[1].from), std::chrono::milliseconds{10})) {
    others.push_back(open_station(""));
    others.back()->door->send(others.back()->door->dial(server->endpoint), number(3));
  }
  EXPECT_TRUE(server->box.holds(gone(got[1].from)));
  EXPECT_FALSE(server->box.holds(gone(got[0].from)));
  server->door->send(got[0].from, number(4));
  ASSERT_TRUE(stayed->box.wait(messages(1)));
  EXPECT_EQ(stayed->door->counters().frames_malformed, 0u) << "a probe is no message";
}

TEST(zmq_gateway_test, takes_messages_from_many_threads_and_keeps_the_order_of_each) {
  const auto server = open_station(any_tcp_port);
  const auto client = open_station("");
  const auto there = client->door->dial(server->endpoint);
  constexpr std::uint64_t threads = 4, each = 500;
  {
    std::vector<std::jthread> senders;
    for (std::uint64_t t = 0; t < threads; ++t) {
      senders.emplace_back([&, t] {
        for (std::uint64_t n = 0; n < each; ++n) {
          client->door->send(there, number(t * each + n));
          client->door->identify(there, "x");
          client->door->counters();
        }
      });
    }
  }
  ASSERT_TRUE(server->box.wait(messages(threads * each)));
  std::array<std::uint64_t, threads> next{};
  for (const auto& got : server->box.now().messages) {
    const auto n = sequence_of(got);
    EXPECT_EQ(n % each, next[n / each]++);
  }
}

TEST(zmq_gateway_test, holds_a_thousand_dialled_connections) {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  if (files.rlim_cur < 4000) {
    GTEST_SKIP() << "needs 4000 file descriptors, may have " << files.rlim_cur;
  }
  constexpr std::size_t count = 1000;
  const auto server = open_station(any_tcp_port);
  const auto clients = open_station("");
  std::vector<peer_id> peers;
  for (std::size_t n = 0; n < count; ++n) {
    peers.push_back(clients->door->dial(server->endpoint));
    clients->door->send(peers.back(), number(n));
  }
  ASSERT_TRUE(server->box.wait(messages(count)));
  EXPECT_EQ(server->door->counters().connections, count);
  for (const auto& each : server->box.now().messages) {
    server->door->send(each.from, number(sequence_of(each)));
  }
  ASSERT_TRUE(clients->box.wait(messages(count)));
  for (const auto& each : clients->box.now().messages) {
    EXPECT_EQ(each.from, peers[sequence_of(each)]);
  }
}

class zmq_gateway_keys_test : public testing::Test {
protected:
  struct pair {
    std::string open, secret;
  };
  static pair new_pair() {
    std::array<char, 41> open{}, secret{};
    EXPECT_EQ(zmq_curve_keypair(open.data(), secret.data()), 0);
    return {open.data(), secret.data()};
  }
  static zmq_gateway_config config_with(std::string bind, pair own, std::string server) {
    zmq_gateway_config config;
    config.bind = std::move(bind);
    config.keys = curve_keys{own.open, own.secret, std::move(server)};
    return config;
  }

  void SetUp() override {
    if (zmq_has("curve") == 0) {
      GTEST_SKIP() << "this ZeroMQ was built without CURVE";
    }
  }
};

TEST_F(zmq_gateway_keys_test, speaks_encrypted_with_the_owner_of_the_right_key) {
  const auto of_server = new_pair();
  const auto server = open_station(config_with(any_tcp_port, of_server, ""));
  const auto client = open_station(config_with("", new_pair(), of_server.open));
  client->door->send(client->door->dial(server->endpoint), number(5));
  ASSERT_TRUE(server->box.wait(messages(1)));
  server->door->send(server->box.now().messages[0].from, number(6));
  EXPECT_TRUE(client->box.wait(messages(1)));
}

TEST_F(zmq_gateway_keys_test, says_nothing_to_the_owner_of_another_key) {
  const auto server = open_station(config_with(any_tcp_port, new_pair(), ""));
  auto config = config_with("", new_pair(), new_pair().open);
  config.limits.stall_limit = std::chrono::milliseconds{100};
  const auto client = open_station(config);
  const auto there = client->door->dial(server->endpoint);
  client->door->send(there, number(5));
  ASSERT_TRUE(client->box.wait(gone(there)));
  EXPECT_EQ(client->door->counters().frames_out, 0u);
  EXPECT_EQ(server->door->counters().frames_in, 0u);
}

TEST_F(zmq_gateway_keys_test, refuses_keys_that_are_none) {
  mailbox box;
  const auto sut = zmq_gateway::open(config_with(any_tcp_port, {"short", "short"}, ""), box.entry());
  ASSERT_FALSE(sut);
  EXPECT_EQ(sut.error().code, domain::errc::config_invalid);
}

} // namespace fedloom::transport
