#include "tests/simulation/mesh.hpp"

#include <gtest/gtest.h>

namespace fedloom::simulation {
namespace {

using controller::session_order;
using domain::session_status;
using std::chrono::milliseconds;
using std::chrono::seconds;

class mesh_disks_test : public testing::Test {
protected:
  mesh sut{{.seed = 31}};

  /// A session that needs all four clients, after its first round.
  domain::session_id begun() {
    domain::session_options options;
    options.rounds = 3;
    options.min_clients = 4;
    const auto session = sut.start(options);
    EXPECT_TRUE(sut.run([&] { return sut.session(session).rounds_committed == 1; }));
    return session;
  }
  bool becomes(const domain::session_id& session, session_status wanted) {
    return sut.run([&] { return sut.session(session).status == wanted; }, std::chrono::minutes{5});
  }
  void expect_to_finish(const domain::session_id& session) {
    EXPECT_TRUE(becomes(session, session_status::finished)) << to_string(sut.session(session).status);
    EXPECT_EQ(sut.session(session).rounds_committed, 3u);
    EXPECT_EQ(sut.violations(), "");
  }
  std::uint64_t deaths() const { return sut.checker().seen().kills; }
};

TEST_F(mesh_disks_test, a_session_whose_controller_has_no_room_is_paused_for_that_reason_and_may_be_resumed) {
  const auto session = begun();
  sut.fill_disk("controller", seconds{10});
  ASSERT_TRUE(becomes(session, session_status::paused));
  EXPECT_EQ(sut.session(session).reason.code, domain::errc::storage_full);
  EXPECT_EQ(deaths(), 0u) << "a full disk is no reason to die";
  sut.change(session, session_order::resume);
  expect_to_finish(session);
}

TEST_F(mesh_disks_test, what_people_ask_for_while_there_is_no_room_is_done_when_there_is) {
  const auto session = begun();
  sut.fill_disk("controller", seconds{10});
  sut.change(session, session_order::cancel);
  EXPECT_TRUE(becomes(session, session_status::cancelled));
  EXPECT_EQ(sut.violations(), "");
}

TEST_F(mesh_disks_test, a_controller_whose_store_fails_ends_and_goes_on_from_what_is_durable) {
  const auto session = begun();
  sut.fail_disk("controller", 1);
  expect_to_finish(session);
  EXPECT_EQ(deaths(), 1u);
}

TEST_F(mesh_disks_test, a_client_without_room_offers_nothing_and_says_why) {
  const auto session = begun();
  sut.fill_disk("c1", seconds{10});
  ASSERT_TRUE(becomes(session, session_status::paused));
  EXPECT_EQ(sut.session(session).reason.code, domain::errc::storage_full);
  sut.run([] { return false; }, seconds{10});
  sut.change(session, session_order::resume);
  expect_to_finish(session);
}

TEST_F(mesh_disks_test, a_client_that_cannot_write_once_is_asked_again) {
  const auto session = begun();
  sut.fail_disk("c1", 1);
  expect_to_finish(session);
}

TEST_F(mesh_disks_test, a_combiner_whose_journal_fails_for_a_moment_tries_again) {
  const auto session = begun();
  sut.fail_disk("b1", 2);
  expect_to_finish(session);
  for (const auto& record : sut.disk().records->rounds_of(session)) {
    EXPECT_EQ(record.key.attempt, 1u);
  }
}

TEST_F(mesh_disks_test, a_client_that_loses_its_power_offers_what_it_had_stored) {
  const auto session = begun();
  for (std::size_t boundary = 1; boundary <= 6; ++boundary) {
    sut.crash("c1", boundary, milliseconds{100});
    sut.run([] { return false; }, milliseconds{700});
  }
  expect_to_finish(session);
}

} // namespace
} // namespace fedloom::simulation
