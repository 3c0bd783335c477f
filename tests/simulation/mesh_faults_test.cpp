#include "tests/simulation/mesh.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace fedloom::simulation {
namespace {

/// FEDLOOM_SIMULATION_SEEDS=40000 for a long look; FEDLOOM_SIMULATION_FIRST=33007 FEDLOOM_SIMULATION_SEEDS=1
/// FEDLOOM_SIMULATION_TRACE=1 for a close one.
std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* wanted = std::getenv(name);
  return wanted != nullptr ? std::stoull(wanted) : otherwise;
}
std::uint64_t first_seed() {
  return from_environment("FEDLOOM_SIMULATION_FIRST", 1);
}
std::uint64_t schedules_per_kind() {
  return from_environment("FEDLOOM_SIMULATION_SEEDS", 300);
}

domain::session_options patient(world& chance) {
  domain::session_options options;
  options.rounds = static_cast<std::uint32_t>(2 + chance.pick(4));
  options.min_clients = static_cast<std::uint32_t>(1 + chance.pick(4));
  options.round_buffer_size = chance.chance(0.5) ? -1 : 4;
  options.round_timeout = std::chrono::seconds{20};
  options.round_attempts = static_cast<std::uint32_t>(1 + chance.pick(3));
  options.validate = chance.chance(0.5);
  return options;
}

/// Now and then one kind of work, or the network, is very slow.
mesh_settings somewhere(std::uint64_t seed) {
  world chance(seed);
  mesh_settings settings;
  settings.seed = seed;
  settings.clients = 5;
  settings.combiners = 1 + seed % 3;
  const auto slow_down = [&](domain::milliseconds& what, domain::milliseconds most) {
    what = chance.chance(0.3) ? std::chrono::duration_cast<domain::milliseconds>(chance.pause(what, most)) : what;
  };
  slow_down(settings.speed.mailbox, domain::milliseconds{100});
  slow_down(settings.speed.write, domain::milliseconds{1000});
  slow_down(settings.speed.reduction, domain::milliseconds{2000});
  slow_down(settings.speed.fold, domain::milliseconds{1000});
  slow_down(settings.speed.training, domain::milliseconds{5000});
  slow_down(settings.network.longest_way, domain::milliseconds{400});
  return settings;
}

using fault = std::function<void(mesh&)>;

duration short_or_long(world& chance) {
  using std::chrono::milliseconds;
  return chance.chance(0.7) ? chance.pause(milliseconds{1}, milliseconds{500})
                            : chance.pause(milliseconds{500}, milliseconds{9000});
}

void cut(mesh& at) {
  at.cut_a_connection();
}
void stall(mesh& at) {
  at.stall_a_connection(short_or_long(at.clock()));
}
void disturb_uplink(mesh& at) {
  at.clock().chance(0.5) ? at.cut_a_connection(controller_endpoint)
                         : at.stall_a_connection(short_or_long(at.clock()), controller_endpoint);
}
void restart_client(mesh& at) {
  at.restart_client(at.clock().pick(at.clients()), short_or_long(at.clock()));
}
void restart_combiner(mesh& at) {
  at.restart_combiner(at.clock().pick(at.combiners()), short_or_long(at.clock()));
}
void restart_controller(mesh& at) {
  at.restart_controller(short_or_long(at.clock()));
}
void anything(mesh& at) {
  const fault kinds[] = {cut, stall, disturb_uplink, restart_client, restart_combiner, restart_controller};
  kinds[at.clock().pick(6)](at);
}

/// Runs a session with up to `most` strokes of this kind at random events of it.
void survive(std::uint64_t seed, const fault& kind, std::size_t most, std::uint64_t elements) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  auto settings = somewhere(seed);
  settings.elements = elements;
  mesh sut(settings);
  const auto session = sut.start(patient(sut.clock()));
  const auto is_over = [&] { return sut.session(session).status != domain::session_status::running; };
  const bool early = sut.clock().chance(0.2); // while clients still join
  ASSERT_TRUE(sut.run([&] { return early || is_over() || !sut.disk().records->rounds_of(session).empty(); }));
  const auto strokes = 1 + sut.clock().pick(most);
  for (std::size_t i = 0; i < strokes; ++i) {
    const auto stroke = sut.clock().steps() + 1 + sut.clock().pick(sut.clock().chance(0.5) ? 20 : 200);
    ASSERT_TRUE(sut.run([&] { return sut.clock().steps() >= stroke || is_over(); }));
    kind(sut);
  }
  ASSERT_TRUE(sut.run_to_the_end(session)) << "it hangs in round " << sut.session(session).rounds_committed + 1;
  const auto ended = sut.session(session);
  EXPECT_TRUE(ended.status == domain::session_status::finished || ended.reason.code != domain::errc::none);
  sut.run([] { return false; }, std::chrono::seconds{10}); // receipts that are on their way
  EXPECT_EQ(violations(sut, session), "");
}

void survive_all(const fault& kind, std::size_t most) {
  const auto end = first_seed() + schedules_per_kind();
  for (auto seed = first_seed(); seed < end && !testing::Test::HasFailure(); ++seed) {
    survive(seed, kind, most, 16);
  }
}

TEST(mesh_faults_test, sessions_survive_cut_connections) {
  survive_all(cut, 8);
}
TEST(mesh_faults_test, sessions_survive_connections_that_stall) {
  survive_all(stall, 8);
}
TEST(mesh_faults_test, sessions_survive_uplinks_that_break) {
  survive_all(disturb_uplink, 12);
}
TEST(mesh_faults_test, sessions_survive_restarted_clients) {
  survive_all(restart_client, 6);
}
TEST(mesh_faults_test, sessions_survive_restarted_combiners) {
  survive_all(restart_combiner, 5);
}
TEST(mesh_faults_test, sessions_survive_restarted_controllers) {
  survive_all(restart_controller, 5);
}
TEST(mesh_faults_test, sessions_survive_all_of_it_at_once) {
  survive_all(anything, 10);
}

TEST(mesh_faults_test, sessions_survive_it_amid_transfers_of_several_chunks) {
  for (std::uint64_t seed = 1; seed <= schedules_per_kind() / 10 && !testing::Test::HasFailure(); ++seed) {
    survive(seed, anything, 10, 300'000);
  }
}

TEST(mesh_faults_test, a_client_that_never_comes_back_does_not_hold_the_session) {
  mesh sut({.seed = 21, .clients = 4, .combiners = 2});
  domain::session_options options;
  options.rounds = 3;
  options.min_clients = 3;
  const auto session = sut.start(options);
  ASSERT_TRUE(sut.run([&] { return sut.session(session).rounds_committed == 1; }));
  sut.kill_client(2);
  ASSERT_TRUE(sut.run_to_the_end(session));
  EXPECT_EQ(sut.session(session).status, domain::session_status::finished);
  EXPECT_EQ(violations(sut, session), "");
}

TEST(mesh_faults_test, the_clients_of_a_dead_combiner_go_on_at_another) {
  mesh sut({.seed = 22, .clients = 4, .combiners = 2});
  domain::session_options options;
  options.rounds = 3;
  options.min_clients = 4;
  const auto session = sut.start(options);
  ASSERT_TRUE(sut.run([&] { return sut.session(session).rounds_committed == 1; }));
  sut.kill_combiner(0);
  ASSERT_TRUE(sut.run_to_the_end(session));
  EXPECT_EQ(sut.session(session).status, domain::session_status::finished);
  EXPECT_EQ(violations(sut, session), "");
}

TEST(mesh_faults_test, a_session_without_clients_fails_with_a_reason) {
  mesh sut({.seed = 23, .clients = 0, .combiners = 1});
  domain::session_options options;
  options.round_timeout = std::chrono::seconds{5};
  const auto session = sut.start(options);
  ASSERT_TRUE(sut.run_to_the_end(session));
  EXPECT_EQ(sut.session(session).reason.code, domain::errc::no_clients);
}

TEST(mesh_faults_test, a_restarted_controller_goes_on_at_the_same_round_and_attempt) {
  mesh sut({.seed = 24});
  domain::session_options options;
  options.rounds = 4;
  options.min_clients = 4;
  const auto session = sut.start(options);
  for (std::uint32_t committed = 1; committed <= 3; ++committed) {
    ASSERT_TRUE(sut.run([&] { return sut.session(session).rounds_committed == committed; }));
    sut.restart_controller(std::chrono::milliseconds{300});
  }
  ASSERT_TRUE(sut.run_to_the_end(session));
  EXPECT_EQ(sut.session(session).status, domain::session_status::finished);
  for (const auto& record : sut.disk().records->rounds_of(session)) {
    EXPECT_EQ(record.key.attempt, 1u) << "I-4: round " << record.key.round;
  }
  EXPECT_EQ(violations(sut, session), "");
}

} // namespace
} // namespace fedloom::simulation
