#include "tests/actors/controller/registry_fixture.hpp"

namespace fedloom::controller {
namespace {

class registry_machine_test : public registry_machine_fixture {
protected:
  std::string greeted(const std::string& combiner, std::uint64_t over) {
    return render(machine->greeted(now, {}, peer(over), {domain::combiner_id{combiner}, "tcp://" + combiner, 10}));
  }
  std::string roster(const std::string& combiner, const domain::roster_changed& what) {
    return render(machine->roster(now, "combiner/" + combiner, what));
  }
  static std::vector<domain::client_id> clients(const std::vector<std::string>& names) {
    return {names.begin(), names.end()};
  }
};

TEST_F(registry_machine_test, what_a_client_claims_of_its_machine_is_stored_and_handed_on) {
  comes("b1", 1);
  auto asked = joining("c1");
  asked.machine = {8, 1 << 30, "none", "1.0"};
  const auto effects = machine->join(now, {}, peer(101), asked);
  EXPECT_EQ(std::get<registry::store>(effects.front()).changes.clients.at(0).machine, asked.machine);
  const auto up = machine->roster(now, "combiner/b1", {false, {asked.client}, {}});
  EXPECT_EQ(std::get<registry::client_up>(up.front()).who.machine, asked.machine);
  EXPECT_EQ(machine->available().at(0).machine, asked.machine);
}

TEST_F(registry_machine_test, welcomes_a_combiner_and_keeps_it_in_the_store) {
  EXPECT_EQ(greeted("b1", 1), "store{combiner b1} | identify 1 as combiner/b1 | ->1 combiner_welcome | up b1");
  EXPECT_EQ(machine->living().size(), 1u);
}

TEST_F(registry_machine_test, a_hello_that_is_repeated_changes_nothing) {
  greeted("b1", 1);
  EXPECT_EQ(greeted("b1", 1), "identify 1 as combiner/b1 | ->1 combiner_welcome | up b1");
}

TEST_F(registry_machine_test, knows_even_a_combiner_that_says_nothing_about_itself) {
  EXPECT_EQ(render(machine->greeted(now, {}, peer(1), {domain::combiner_id{"b1"}, "", 0})),
            "store{combiner b1} | identify 1 as combiner/b1 | ->1 combiner_welcome | up b1");
}

TEST_F(registry_machine_test, a_combiner_that_comes_over_a_new_connection_replaces_the_old_one) {
  greeted("b1", 1);
  settles("c1");
  EXPECT_EQ(greeted("b1", 2),
            "hang_up 1 | down c1 | down b1 | identify 2 as combiner/b1 | ->2 combiner_welcome | up b1");
  EXPECT_EQ(roster("b1", {true, clients({"c1"}), {}}), "up c1@b1");
}

TEST_F(registry_machine_test, refuses_more_combiners_than_its_bound) {
  config.max_combiners = 1;
  begin_anew();
  greeted("b1", 1);
  EXPECT_EQ(greeted("b2", 2), "->2 refused busy | turned_away b2");
  EXPECT_THAT(greeted("b1", 3), testing::HasSubstr("up b1")) << "the one that is known may always come back";
}

TEST_F(registry_machine_test, answers_a_heartbeat_with_its_sequence) {
  greeted("b1", 1);
  EXPECT_EQ(render(machine->beat(now, peer(1), "combiner/b1", {7})), "->1 heartbeat 7");
}

TEST_F(registry_machine_test, asks_a_stranger_to_say_hello) {
  EXPECT_EQ(render(machine->beat(now, peer(5), "", {7})), "->5 refused unknown_peer");
  greeted("b1", 1);
  greeted("b1", 2);
  EXPECT_EQ(render(machine->beat(now, peer(1), "combiner/b1", {7})), "->1 refused unknown_peer")
      << "its former connection";
}

TEST_F(registry_machine_test, a_combiner_unheard_for_a_lease_is_gone_with_its_clients) {
  greeted("b1", 1);
  settles("c1");
  settles("c2");
  EXPECT_EQ(machine->next_wake(), at(ms{3000}));
  now = at(ms{2999});
  EXPECT_EQ(render(machine->tick(now)), "");
  now = at(ms{3000});
  EXPECT_EQ(render(machine->tick(now)), "hang_up 1 | down c1 | down c2 | down b1");
  EXPECT_EQ(machine->next_wake(), std::nullopt);
  EXPECT_EQ(here(), "");
}

TEST_F(registry_machine_test, any_frame_renews_a_combiners_lease) {
  greeted("b1", 1);
  now = at(ms{2000});
  machine->heard(now, "combiner/b1");
  now = at(ms{4999});
  EXPECT_EQ(render(machine->tick(now)), "");
  EXPECT_EQ(machine->next_wake(), at(ms{5000}));
}

TEST_F(registry_machine_test, a_connection_that_breaks_ends_the_lease_at_once) {
  greeted("b1", 1);
  EXPECT_EQ(render(machine->gone(peer(9), "combiner/b1")), "") << "not this one's connection";
  EXPECT_EQ(render(machine->gone(peer(1), "combiner/b1")), "down b1");
}

TEST_F(registry_machine_test, a_goodbye_ends_the_lease_but_not_over_a_former_connection) {
  greeted("b1", 1);
  settles("c1");
  greeted("b1", 2);
  EXPECT_EQ(render(machine->said_goodbye(peer(1), "combiner/b1", {"shutting down"})), "");
  EXPECT_EQ(render(machine->said_goodbye(peer(2), "combiner/b1", {"shutting down"})), "hang_up 2 | down b1");
}

TEST_F(registry_machine_test, takes_a_roster_of_changes) {
  greeted("b1", 1);
  settles("c1");
  machine->join(now, {}, peer(101), joining("c2"));
  EXPECT_EQ(roster("b1", {false, clients({"c2"}), clients({"c1"})}), "down c1 | up c2@b1");
  EXPECT_EQ(here(), "c2@b1");
}

TEST_F(registry_machine_test, who_is_missing_in_a_whole_roster_is_gone) {
  greeted("b1", 1);
  settles("c1");
  settles("c2");
  EXPECT_EQ(roster("b1", {true, clients({"c2"}), {}}), "down c1 | up c2@b1");
}

TEST_F(registry_machine_test, a_whole_roster_leaves_placements_that_are_under_way) {
  greeted("b1", 1);
  machine->join(now, {}, peer(101), joining("c1"));
  EXPECT_EQ(roster("b1", {true, {}, {}}), "");
  EXPECT_EQ(machine->combiners()[0].clients, 1u);
}

TEST_F(registry_machine_test, a_combiner_speaks_only_for_clients_that_were_placed_there) {
  greeted("b1", 1);
  greeted("b2", 2);
  EXPECT_EQ(settles("c1"), "b1");
  EXPECT_EQ(roster("b2", {false, clients({"c1", "stranger"}), clients({"c1"})}), "");
  EXPECT_EQ(here(), "c1@b1");
}

TEST_F(registry_machine_test, a_roster_of_a_combiner_that_is_gone_is_ignored) {
  greeted("b1", 1);
  settles("c1");
  machine->gone(peer(1), "combiner/b1");
  EXPECT_EQ(roster("b1", {true, clients({"c1"}), {}}), "");
}

TEST_F(registry_machine_test, what_was_restored_is_known_but_not_alive) {
  domain::client_record client{domain::client_id{"c1"}, "", domain::combiner_id{"b1"}, {}, token_number(42), 10, {}};
  machine->restore({{domain::combiner_id{"b1"}, "tcp://b1", 10, {}}}, {client});
  EXPECT_EQ(here(), "");
  EXPECT_TRUE(machine->living().empty());
  EXPECT_EQ(greeted("b1", 1), "identify 1 as combiner/b1 | ->1 combiner_welcome | up b1") << "the store has it already";
  EXPECT_EQ(roster("b1", {true, clients({"c1"}), {}}), "up c1@b1") << "its clients need not join again";
  EXPECT_THAT(join(joining("c1", 42)), testing::HasSubstr("resume t42"));
}

} // namespace
} // namespace fedloom::controller
