// A peer over so slow a link that one message takes longer than any lease: ZMTP by hand, one byte after the other.
#include "messages/codec/frame.hpp"
#include "tests/actors/transport/zmq_stations.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace fedloom::transport {

namespace {

using namespace std::string_literals;

/// A DEALER (ZMTP 3.0, NULL) on a plain socket.
class slow_peer {
public:
  explicit slow_peer(const std::string& endpoint) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in there{};
    there.sin_family = AF_INET;
    there.sin_port = htons(static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1))));
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&there), sizeof there), 0);
    say("\xff\0\0\0\0\0\0\0\0\x7f\x03\0NULL"s + std::string(16, '\0') + std::string(32, '\0'));
    say("\x04\x29\x05READY\x0bSocket-Type\0\0\0\x06"s + "DEALER\x08Identity\0\0\0\0"s);
    hear(64); // only after the other's READY may a message follow
    hear(static_cast<unsigned char>(hear(2)[1]));
  }
  ~slow_peer() { ::close(socket_); }

  void say(const std::string& bytes) {
    EXPECT_EQ(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL), std::ssize(bytes));
  }
  void say_heartbeat() {
    const auto frame = codec::encode({{}, domain::heartbeat{1}, {}}).value().frame;
    const std::string bytes(reinterpret_cast<const char*>(frame.data()), frame.size());
    ASSERT_LT(bytes.size(), 256u);
    say("\0"s + static_cast<char>(bytes.size()) + bytes);
  }

private:
  std::string hear(std::size_t count) {
    std::string bytes(count, '\0');
    EXPECT_EQ(::recv(socket_, bytes.data(), count, MSG_WAITALL), std::ssize(bytes));
    return bytes;
  }

  int socket_;
};

} // namespace

TEST(slow_message_test, a_peer_is_alive_while_bytes_of_its_next_message_come_in) {
  gateway_limits limits;
  limits.liveness_notice = std::chrono::milliseconds{20};
  const auto sut = open_station(any_tcp_port, limits);
  slow_peer peer(sut->endpoint);
  peer.say_heartbeat();
  ASSERT_TRUE(sut->box.wait([](const auto& all) { return all.messages.size() == 1; }));
  const auto from = sut->box.now().messages[0].from;
  sut->door->identify(from, "client/slow");

  peer.say("\x02\0\0\0\0\0\x10\0\0"s); // a message of 1 MiB is coming
  for (std::size_t signs = 1; signs <= 5; ++signs) {
    const auto before = sut->box.now().notices.size();
    const auto told = [before](const mailbox::contents& all) { return all.notices.size() > before; };
    for (int tries = 0; tries < 1000 && !sut->box.wait(told, std::chrono::milliseconds{2}); ++tries) {
      peer.say("x");
    }
    ASSERT_TRUE(sut->box.holds(told)) << signs;
    EXPECT_EQ(sut->box.now().notices.back().peer, from);
    EXPECT_EQ(sut->box.now().notices.back().identity, "client/slow");
    EXPECT_EQ(sut->box.now().notices.back().change, peer_change::alive);
  }
  EXPECT_EQ(sut->box.now().messages.size(), 1u);
}

TEST(slow_message_test, a_peer_that_says_nothing_more_is_not_called_alive) {
  gateway_limits limits;
  limits.liveness_notice = std::chrono::milliseconds{20};
  const auto sut = open_station(any_tcp_port, limits);
  slow_peer peer(sut->endpoint);
  slow_peer other(sut->endpoint);
  peer.say_heartbeat();
  ASSERT_TRUE(sut->box.wait([](const auto& all) { return all.messages.size() == 1; }));
  const auto from = sut->box.now().messages[0].from;
  sut->door->identify(from, "client/silent");
  const auto signs_of = [&](const mailbox::contents& all) {
    return std::ranges::count_if(all.notices, [&](const auto& one) { return one.peer == from; });
  };
  // 30 notices of another one take 600 ms; only the first of them can be near the heartbeat.
  for (std::size_t beats = 0; signs_of(sut->box.now()) < 30 && sut->box.now().notices.size() < 40; ++beats) {
    other.say_heartbeat();
    sut->box.wait([beats](const auto& all) { return all.messages.size() > beats + 1; });
  }
  EXPECT_LE(signs_of(sut->box.now()), 2);
}

} // namespace fedloom::transport
