#include "tests/actors/controller/registry_fixture.hpp"

namespace fedloom::controller {
namespace {

/// What combiners say of a client goes before what came of a placement.
class registry_presence_test : public registry_machine_fixture {
protected:
  std::string reports(const std::string& combiner, const std::vector<std::string>& present,
                      const std::vector<std::string>& gone = {}) {
    return roster(combiner, false, present, gone);
  }
  std::string roster(const std::string& combiner, bool whole, const std::vector<std::string>& present,
                     const std::vector<std::string>& gone = {}) {
    domain::roster_changed what{whole, {}, {}};
    for (const auto& one : present) {
      what.present.emplace_back(one);
    }
    for (const auto& one : gone) {
      what.gone.emplace_back(one);
    }
    return render(machine->roster(now, "combiner/" + combiner, what));
  }
  std::string tick(ms since) {
    now = at(since);
    machine->heard(now, "combiner/b1");
    machine->heard(now, "combiner/b2");
    return render(machine->tick(now));
  }
  /// c1 is at b1 when a join of it arrives that was on its way for long; it is placed at b2, and never comes there.
  void a_stray_join_is_answered() {
    comes("b1", 1);
    settles("c1"); // resume t1
    comes("b2", 2);
    auto stray = joining("c1", 1);
    stray.lost_combiner = domain::combiner_id{"b1"};
    join(stray);
    EXPECT_EQ(here(), "");
  }
};

TEST_F(registry_presence_test, a_client_that_never_left_is_seen_again_when_its_placement_came_to_nothing) {
  a_stray_join_is_answered();
  EXPECT_EQ(tick(ms{9999}), "");
  EXPECT_EQ(tick(ms{10000}), "up c1@b1");
  EXPECT_EQ(here(), "c1@b1");
}

TEST_F(registry_presence_test, one_that_left_meanwhile_is_not) {
  a_stray_join_is_answered();
  EXPECT_EQ(reports("b1", {}, {"c1"}), "");
  EXPECT_EQ(tick(ms{10000}), "");
}

TEST_F(registry_presence_test, one_that_a_whole_roster_does_not_list_is_not) {
  a_stray_join_is_answered();
  EXPECT_EQ(roster("b1", true, {}), "");
  EXPECT_EQ(tick(ms{10000}), "");
}

TEST_F(registry_presence_test, one_that_comes_to_its_new_place_is_there) {
  a_stray_join_is_answered();
  EXPECT_EQ(reports("b2", {"c1"}), "up c1@b2");
  EXPECT_EQ(reports("b1", {}, {"c1"}), "") << "the old combiner notices late";
  EXPECT_EQ(here(), "c1@b2");
}

TEST_F(registry_presence_test, a_combiner_that_is_lost_says_nothing_any_more) {
  a_stray_join_is_answered();
  machine->gone(peer(1), "combiner/b1");
  EXPECT_EQ(tick(ms{10000}), "");
}

TEST_F(registry_presence_test, after_a_restart_a_client_is_where_it_is_and_not_where_it_was_to_go) {
  domain::client_record record{domain::client_id{"c1"}, "", domain::combiner_id{"b2"}, {}, token_number(9), 10, {}};
  machine->restore({}, {record});
  comes("b1", 1);
  EXPECT_EQ(reports("b1", {"c1"}), "up c1@b1");
}

} // namespace
} // namespace fedloom::controller
