#include "tests/actors/controller/registry_fixture.hpp"

namespace fedloom::controller {
namespace {

using testing::HasSubstr;

/// Combiners that are about to end, and a store that takes nothing.
class registry_leaving_test : public registry_machine_fixture {
protected:
  std::string drains(const std::string& combiner, std::uint64_t over) {
    return render(machine->drains(peer(over), "combiner/" + combiner, {"SIGTERM"}));
  }
  std::string not_stored(const registry::effects& step) {
    for (const auto& one : step) {
      if (const auto* failed = std::get_if<registry::store>(&one)) {
        return render(machine->not_stored(*failed, {domain::errc::storage_full, "no room"}));
      }
    }
    return "nothing to store";
  }
};

TEST_F(registry_leaving_test, a_combiner_that_drains_is_told_on_once) {
  comes("b1", 1);
  EXPECT_EQ(drains("b1", 1), "draining b1");
  EXPECT_EQ(drains("b1", 1), "");
  EXPECT_EQ(machine->draining().size(), 1u);
  EXPECT_EQ(machine->living().size(), 1u) << "it still hands in what it has";
}

TEST_F(registry_leaving_test, nobody_is_placed_at_a_combiner_that_drains) {
  comes("b1", 1);
  drains("b1", 1);
  EXPECT_THAT(join(joining("c1", 0, "b1")), HasSubstr("refused unavailable for 500ms")) << "preferred or not";
  comes("b2", 2);
  EXPECT_THAT(join(joining("c1", 0, "b1")), HasSubstr("placement b2"));
}

TEST_F(registry_leaving_test, its_clients_keep_their_work_until_they_leave) {
  comes("b1", 1);
  settles("c1");
  drains("b1", 1);
  EXPECT_EQ(here(), "c1@b1");
}

TEST_F(registry_leaving_test, a_combiner_that_says_hello_again_drains_no_more) {
  comes("b1", 1);
  drains("b1", 1);
  comes("b1", 1);
  EXPECT_TRUE(machine->draining().empty());
  EXPECT_THAT(join(joining("c1")), HasSubstr("placement b1"));
}

TEST_F(registry_leaving_test, nobody_drains_for_another_or_over_a_connection_of_old) {
  comes("b1", 1);
  EXPECT_EQ(drains("b1", 7), "");
  EXPECT_EQ(drains("b9", 1), "");
  EXPECT_TRUE(machine->draining().empty());
}

TEST_F(registry_leaving_test, a_client_that_could_not_be_stored_is_refused_and_leaves_its_place) {
  comes("b1", 1, 1);
  EXPECT_EQ(not_stored(machine->join(now, {}, peer(101), joining("c1"))),
            "->101 refused storage_full for 2000ms | turned_away c1");
  EXPECT_THAT(join(joining("c2")), HasSubstr("placement b1")) << "c1 does not hold the only place";
}

TEST_F(registry_leaving_test, a_client_that_could_not_be_stored_may_ask_again_at_once) {
  comes("b1", 1);
  not_stored(machine->join(now, {}, peer(101), joining("c1")));
  EXPECT_THAT(join(joining("c1")), HasSubstr("placement b1")) << "it never heard its resume token";
}

TEST_F(registry_leaving_test, a_combiner_that_could_not_be_stored_is_refused_and_stored_with_its_next_hello) {
  const domain::combiner_hello hello{domain::combiner_id{"b1"}, "tcp://b1", 10};
  EXPECT_EQ(not_stored(machine->greeted(now, {}, peer(1), hello)),
            "->1 refused storage_full for 2000ms | turned_away b1");
  EXPECT_TRUE(machine->living().empty());
  EXPECT_THAT(render(machine->greeted(now, {}, peer(1), hello)), HasSubstr("store{combiner b1} | identify 1"));
}

} // namespace
} // namespace fedloom::controller
