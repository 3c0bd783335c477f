#pragma once
#include "messages/codec/frame.hpp"
#include "tests/contract/mailbox.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>

/// What every gateway promises. A runner gives a harness type:
///
///   std::unique_ptr<station> open(std::string bind, gateway_limits = {})  bind: any_port(), an endpoint, or empty
///   std::string any_port()
///   bool wait(station&, condition)         until what it got fulfils the condition; false: it never will
///   bool try_wait(station&, condition)     the same with little patience, for what is tried again
///   void freeze(station&), thaw(station&)  it reads no more, until
///   void inject(endpoint, parts)           raw parts from a stranger
namespace fedloom::transport {

template <class Harness>
class gateway_contract : public testing::Test {
protected:
  static domain::message number(std::uint64_t n) { return {{}, domain::heartbeat{n}, {}}; }

  static domain::message bulk(std::uint32_t n, domain::shared_bytes payload) {
    return {{}, domain::chunk{domain::transfer_id{1}, n, {}}, std::move(payload)};
  }

  static domain::shared_bytes noise(std::size_t count, std::uint32_t seed = 1) {
    std::mt19937 engine{seed};
    std::vector<std::byte> bytes(count);
    for (std::size_t i = 0; i < count; i += 1 + count / 5000) {
      bytes[i] = static_cast<std::byte>(engine());
    }
    return domain::shared_bytes::adopt(std::move(bytes));
  }

  static std::vector<std::uint64_t> numbers(const mailbox::contents& all, peer_id from) {
    std::vector<std::uint64_t> result;
    for (const auto& each : all.messages) {
      if (const auto* beat = std::get_if<domain::heartbeat>(&each.what.what); beat != nullptr && each.from == from) {
        result.push_back(beat->sequence);
      }
    }
    return result;
  }

  static auto messages(std::size_t count) {
    return [count](const mailbox::contents& all) { return all.messages.size() >= count; };
  }

  static auto gone(peer_id peer) {
    return [peer](const mailbox::contents& all) { return told_gone(all, peer); };
  }

  /// `from` dials `to` and says hello; what they call each other.
  struct acquaintance {
    peer_id at_dialler, at_listener;
  };
  acquaintance introduce(station& from, station& to) {
    const auto before = to.box.now().messages.size();
    const auto there = from.door->dial(to.endpoint);
    from.door->send(there, number(0));
    EXPECT_TRUE(net.wait(to, messages(before + 1)));
    return {there, to.box.now().messages.back().from};
  }

  Harness net;
};

TYPED_TEST_SUITE_P(gateway_contract);

TYPED_TEST_P(gateway_contract, delivers_messages_of_a_peer_in_order_in_both_directions) {
  const auto server = this->net.open(this->net.any_port());
  const auto client = this->net.open("");
  const auto known = this->introduce(*client, *server);
  std::vector<std::uint64_t> expected{0};
  for (std::uint64_t n = 1; n <= 2000; ++n) {
    client->door->send(known.at_dialler, this->number(n));
    server->door->send(known.at_listener, this->number(n));
    expected.push_back(n);
  }
  ASSERT_TRUE(this->net.wait(*server, this->messages(2001)));
  ASSERT_TRUE(this->net.wait(*client, this->messages(2000)));
  EXPECT_EQ(this->numbers(server->box.now(), known.at_listener), expected);
  expected.erase(expected.begin());
  EXPECT_EQ(this->numbers(client->box.now(), known.at_dialler), expected);
  EXPECT_EQ(server->door->counters().frames_in, 2001u);
  EXPECT_EQ(server->door->counters().frames_out, 2000u);
  EXPECT_EQ(server->door->counters().connections, 1u);
}

TYPED_TEST_P(gateway_contract, delivers_payloads_of_every_size_unharmed_and_aligned) {
  const auto server = this->net.open(this->net.any_port());
  const auto client = this->net.open("");
  const auto there = client->door->dial(server->endpoint);
  const std::vector<std::size_t> sizes{1, 7, 33, 1000, 8191, 8192, 8193, 16383, 16384, 100001, 1 << 20, 8 << 20};
  for (std::uint32_t i = 0; i < sizes.size(); ++i) {
    client->door->send(there, this->bulk(i, this->noise(sizes[i], i)));
  }
  ASSERT_TRUE(this->net.wait(*server, this->messages(sizes.size())));
  const auto got = server->box.now().messages;
  for (std::uint32_t i = 0; i < sizes.size(); ++i) {
    SCOPED_TRACE(sizes[i]);
    EXPECT_EQ(std::get<domain::chunk>(got[i].what.what).index, i);
    EXPECT_TRUE(got[i].what.payload == this->noise(sizes[i], i));
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(got[i].what.payload.data()) % 8, 0u);
  }
}

TYPED_TEST_P(gateway_contract, tells_that_an_unknown_peer_is_gone) {
  const auto sut = this->net.open("");
  sut->door->send(peer_id{999}, this->number(1));
  ASSERT_TRUE(this->net.wait(*sut, this->gone(peer_id{999})));
  EXPECT_EQ(sut->door->counters().sends_dropped, 1u);
}

TYPED_TEST_P(gateway_contract, tells_that_a_peer_with_an_unreadable_endpoint_is_gone) {
  const auto sut = this->net.open("");
  const auto nowhere = sut->door->dial("nonsense");
  ASSERT_TRUE(this->net.wait(*sut, this->gone(nowhere)));
}

TYPED_TEST_P(gateway_contract, carries_an_identity_on_all_that_comes_after_it) {
  const auto server = this->net.open(this->net.any_port());
  const auto client = this->net.open("");
  const auto known = this->introduce(*client, *server);
  const auto talk = [&](std::string identity, std::size_t round) {
    server->door->identify(known.at_listener, std::move(identity));
    server->door->send(known.at_listener, this->number(round));
    ASSERT_TRUE(this->net.wait(*client, this->messages(round)));
    client->door->send(known.at_dialler, this->number(round));
    ASSERT_TRUE(this->net.wait(*server, this->messages(round + 1)));
  };
  talk("combiner-1", 1);
  talk("", 2);
  const auto got = server->box.now().messages;
  EXPECT_EQ(got[0].identity, "");
  EXPECT_EQ(got[1].identity, "combiner-1");
  EXPECT_EQ(got[2].identity, "");
}

TYPED_TEST_P(gateway_contract, tells_that_a_peer_is_alive_at_most_once_in_its_interval) {
  gateway_limits rarely;
  rarely.liveness_notice = std::chrono::hours{1};
  const auto server = this->net.open(this->net.any_port(), rarely);
  const auto client = this->net.open("");
  const auto known = this->introduce(*client, *server);
  for (std::uint64_t n = 1; n < 100; ++n) {
    client->door->send(known.at_dialler, this->number(n));
  }
  ASSERT_TRUE(this->net.wait(*server, this->messages(100)));
  const auto notices = server->box.now().notices;
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_EQ(notices[0].peer, known.at_listener);
  EXPECT_EQ(notices[0].change, peer_change::alive);
}

TYPED_TEST_P(gateway_contract, delivers_nothing_of_a_connection_that_was_hung_up) {
  const auto server = this->net.open(this->net.any_port());
  const auto client = this->net.open("");
  const auto known = this->introduce(*client, *server);
  client->door->hang_up(known.at_dialler);
  client->door->hang_up(known.at_dialler);
  const auto again = this->introduce(*client, *server);
  ASSERT_NE(again.at_listener, known.at_listener);
  // The server keeps talking to the old connection until it learns that nobody is there.
  for (std::uint64_t n = 1; n < 100000 && !this->net.try_wait(*server, this->gone(known.at_listener)); ++n) {
    server->door->send(known.at_listener, this->number(n));
  }
  EXPECT_TRUE(server->box.holds(this->gone(known.at_listener)));
  server->door->send(again.at_listener, this->number(7));
  ASSERT_TRUE(this->net.wait(*client, this->messages(1)));
  EXPECT_EQ(this->numbers(client->box.now(), known.at_dialler), std::vector<std::uint64_t>{});
  EXPECT_EQ(this->numbers(client->box.now(), again.at_dialler), std::vector<std::uint64_t>{7});
}

TYPED_TEST_P(gateway_contract, forgets_an_accepted_peer_that_is_hung_up) {
  const auto server = this->net.open(this->net.any_port());
  const auto client = this->net.open("");
  const auto known = this->introduce(*client, *server);
  server->door->identify(known.at_listener, "somebody");
  server->door->hang_up(known.at_listener);
  server->door->send(known.at_listener, this->number(1));
  ASSERT_TRUE(this->net.wait(*server, this->gone(known.at_listener)));
  client->door->send(known.at_dialler, this->number(2));
  ASSERT_TRUE(this->net.wait(*server, this->messages(2)));
  const auto last = server->box.now().messages.back();
  EXPECT_NE(last.from, known.at_listener);
  EXPECT_EQ(last.identity, "");
}

TYPED_TEST_P(gateway_contract, serves_other_peers_while_one_does_not_read) {
  const auto server = this->net.open(this->net.any_port());
  const auto idler = this->net.open("");
  const auto reader = this->net.open("");
  const auto idle = this->introduce(*idler, *server);
  const auto busy = this->introduce(*reader, *server);
  this->net.freeze(*idler);
  const auto payload = this->noise(256 << 10);
  for (std::uint32_t n = 0; n < 250; ++n) {
    server->door->send(idle.at_listener, this->bulk(n, payload));
  }
  for (std::uint64_t n = 0; n < 100; ++n) {
    server->door->send(busy.at_listener, this->number(n));
  }
  EXPECT_TRUE(this->net.wait(*reader, this->messages(100)));
  this->net.thaw(*idler);
  ASSERT_TRUE(this->net.wait(*idler, this->messages(250))) << "nothing was lost meanwhile";
  const auto got = idler->box.now().messages;
  for (std::uint32_t n = 0; n < 250; ++n) {
    ASSERT_EQ(std::get<domain::chunk>(got[n].what.what).index, n);
  }
}

TYPED_TEST_P(gateway_contract, gives_a_peer_up_whose_queue_is_full) {
  gateway_limits narrow;
  narrow.queued_messages_per_peer = 8;
  const auto server = this->net.open(this->net.any_port(), narrow);
  const auto idler = this->net.open("");
  const auto idle = this->introduce(*idler, *server);
  server->door->identify(idle.at_listener, "idler");
  this->net.freeze(*idler);
  const auto payload = this->noise(256 << 10);
  for (std::uint32_t n = 0; n < 2000 && !server->box.holds(this->gone(idle.at_listener)); ++n) {
    server->door->send(idle.at_listener, this->bulk(n, payload));
    this->net.try_wait(*server, this->gone(idle.at_listener));
  }
  ASSERT_TRUE(server->box.holds(this->gone(idle.at_listener)));
  EXPECT_EQ(server->box.now().notices.back().identity, "idler");
  EXPECT_GE(server->door->counters().sends_dropped, 9u);
  this->net.thaw(*idler);
}

TYPED_TEST_P(gateway_contract, reaches_a_restarted_server_as_a_new_peer) {
  auto server = this->net.open(this->net.any_port());
  const auto endpoint = server->endpoint;
  const auto client = this->net.open("");
  const auto known = this->introduce(*client, *server);
  server.reset();
  server = this->net.open(endpoint);
  // What was sent before the loss was noticed is lost: say it until it is heard.
  for (std::uint64_t n = 1; n < 1000 && !this->net.try_wait(*server, this->messages(1)); ++n) {
    client->door->send(known.at_dialler, this->number(n));
  }
  ASSERT_TRUE(server->box.holds(this->messages(1)));
  EXPECT_EQ(server->door->counters().connections, 1u);
  const auto from = server->box.now().messages.front().from;
  server->door->send(from, this->number(5));
  EXPECT_TRUE(this->net.wait(*client, this->messages(1)));
  EXPECT_EQ(this->numbers(client->box.now(), known.at_dialler), std::vector<std::uint64_t>{5});
}

TYPED_TEST_P(gateway_contract, keeps_what_is_said_to_a_server_that_is_not_there_yet) {
  auto server = this->net.open(this->net.any_port());
  const auto endpoint = server->endpoint;
  server.reset();
  const auto client = this->net.open("");
  const auto there = client->door->dial(endpoint);
  for (std::uint64_t n = 0; n < 100; ++n) {
    client->door->send(there, this->number(n));
  }
  server = this->net.open(endpoint);
  ASSERT_TRUE(this->net.wait(*server, this->messages(100)));
  const auto got = this->numbers(server->box.now(), server->box.now().messages.front().from);
  EXPECT_TRUE(std::ranges::is_sorted(got));
  EXPECT_EQ(got.size(), 100u);
}

TYPED_TEST_P(gateway_contract, lives_through_thousands_of_malformed_messages) {
  const auto server = this->net.open(this->net.any_port());
  const auto client = this->net.open("");
  const auto known = this->introduce(*client, *server);
  const auto valid = codec::encode(this->number(1)).value().frame;
  const auto part = [](auto first, auto last) {
    return domain::shared_bytes::adopt(std::vector<std::byte>(first, last));
  };
  std::mt19937 engine{20240717};
  std::size_t sent = 0;
  const auto inject = [&](std::vector<domain::shared_bytes> parts) {
    this->net.inject(server->endpoint, std::move(parts));
    ++sent;
  };
  for (std::size_t cut = 1; cut < valid.size(); ++cut) {
    inject({part(valid.begin(), valid.begin() + static_cast<std::ptrdiff_t>(cut))});
  }
  for (std::size_t at = 0; at < valid.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) { // among them: another protocol version, another kind, another identifier
      auto changed = valid;
      changed[at] ^= static_cast<std::byte>(1 << bit);
      inject({part(changed.begin(), changed.end())});
    }
  }
  for (int i = 0; i < 2000; ++i) {
    inject({this->noise(1 + engine() % 9000, static_cast<std::uint32_t>(engine()))});
  }
  const auto whole = part(valid.begin(), valid.end());
  for (int i = 0; i < 100; ++i) {
    inject({whole, this->noise(10), this->noise(10)});
    inject({whole, whole, whole, whole, whole});
    inject({domain::shared_bytes{}, whole});
  }
  this->net.inject(server->endpoint, {domain::shared_bytes{}}); // a probe: no message at all
  this->net.inject(server->endpoint, {whole});
  const auto counted = [&](const mailbox::contents&) {
    const auto now = server->door->counters();
    return now.frames_malformed + now.frames_in == sent + 2; // the introduction and the last one
  };
  for (int i = 0; i < 1000 && !this->net.try_wait(*server, counted); ++i) {
  }
  EXPECT_TRUE(counted({}));
  EXPECT_GE(server->door->counters().frames_malformed, 2300u);
  client->door->send(known.at_dialler, this->number(77));
  ASSERT_TRUE(this->net.wait(*server, [&](const mailbox::contents& all) {
    const auto got = this->numbers(all, known.at_listener);
    return !got.empty() && got.back() == 77;
  })) << "the others are not disturbed";
}

TYPED_TEST_P(gateway_contract, keeps_many_peers_apart) {
  const auto server = this->net.open(this->net.any_port());
  const auto client = this->net.open("");
  std::vector<typename TestFixture::acquaintance> all;
  for (std::uint64_t n = 0; n < 50; ++n) {
    all.push_back(this->introduce(*client, *server));
  }
  for (std::uint64_t n = 0; n < 50; ++n) {
    server->door->send(all[n].at_listener, this->number(n));
  }
  ASSERT_TRUE(this->net.wait(*client, this->messages(50)));
  for (std::uint64_t n = 0; n < 50; ++n) {
    EXPECT_EQ(this->numbers(client->box.now(), all[n].at_dialler), std::vector<std::uint64_t>{n});
  }
}

REGISTER_TYPED_TEST_SUITE_P(gateway_contract, delivers_messages_of_a_peer_in_order_in_both_directions,
                            delivers_payloads_of_every_size_unharmed_and_aligned, tells_that_an_unknown_peer_is_gone,
                            tells_that_a_peer_with_an_unreadable_endpoint_is_gone,
                            carries_an_identity_on_all_that_comes_after_it,
                            tells_that_a_peer_is_alive_at_most_once_in_its_interval,
                            delivers_nothing_of_a_connection_that_was_hung_up, forgets_an_accepted_peer_that_is_hung_up,
                            serves_other_peers_while_one_does_not_read, gives_a_peer_up_whose_queue_is_full,
                            reaches_a_restarted_server_as_a_new_peer,
                            keeps_what_is_said_to_a_server_that_is_not_there_yet,
                            lives_through_thousands_of_malformed_messages, keeps_many_peers_apart);

} // namespace fedloom::transport
