#include "tests/simulation/mesh.hpp"

#include <gtest/gtest.h>

namespace fedloom::simulation {
namespace {

TEST(mesh_faults_test, a_client_that_never_comes_back_does_not_hold_the_session) {
  mesh sut({.seed = 21, .clients = 4, .combiners = 2});
  domain::session_options options;
  options.rounds = 3;
  options.min_clients = 3;
  const auto session = sut.start(options);
  ASSERT_TRUE(sut.run([&] { return sut.session(session).rounds_committed == 1; }));
  sut.kill("c3");
  ASSERT_TRUE(sut.run_to_the_end(session));
  EXPECT_EQ(sut.session(session).status, domain::session_status::finished);
  EXPECT_EQ(sut.violations(), "");
}

TEST(mesh_faults_test, the_clients_of_a_dead_combiner_go_on_at_another) {
  mesh sut({.seed = 22, .clients = 4, .combiners = 2});
  domain::session_options options;
  options.rounds = 3;
  options.min_clients = 4;
  const auto session = sut.start(options);
  ASSERT_TRUE(sut.run([&] { return sut.session(session).rounds_committed == 1; }));
  sut.kill("b1");
  ASSERT_TRUE(sut.run_to_the_end(session));
  EXPECT_EQ(sut.session(session).status, domain::session_status::finished);
  EXPECT_EQ(sut.violations(), "");
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
    sut.restart("controller", std::chrono::milliseconds{300});
  }
  ASSERT_TRUE(sut.run_to_the_end(session));
  EXPECT_EQ(sut.session(session).status, domain::session_status::finished);
  for (const auto& record : sut.disk().records->rounds_of(session)) {
    EXPECT_EQ(record.key.attempt, 1u) << "I-4: round " << record.key.round;
  }
  EXPECT_EQ(sut.violations(), "");
}

} // namespace
} // namespace fedloom::simulation
