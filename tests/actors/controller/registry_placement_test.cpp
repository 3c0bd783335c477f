#include "tests/actors/controller/registry_fixture.hpp"

namespace fedloom::controller {
namespace {

class registry_placement_test : public registry_machine_fixture {};

TEST_F(registry_placement_test, a_client_waits_while_there_is_no_combiner) {
  EXPECT_EQ(join(joining("c1")), "->101 refused unavailable for 500ms | turned_away c1");
}

TEST_F(registry_placement_test, stores_the_client_before_both_sides_hear_of_the_placement) {
  comes("b1", 1);
  EXPECT_EQ(join(joining("c1")), "store{client c1 at b1 t1} | ->1 expect_client c1 t2 | "
                                 "->101 placement b1 at tcp://b1 t2 resume t1");
}

TEST_F(registry_placement_test, names_the_active_package_so_that_clients_prepare_ahead) {
  comes("b1", 1);
  machine->package_is({domain::package_digest{{1}}, 700, ""});
  EXPECT_THAT(join(joining("c1")), testing::HasSubstr("resume t1 package 700B"));
  machine->package_is({});
  EXPECT_THAT(join(joining("c2")), testing::Not(testing::HasSubstr("package")));
}

TEST_F(registry_placement_test, chooses_the_combiner_with_the_fewest_clients) {
  comes("b1", 1);
  comes("b2", 2);
  EXPECT_EQ(settles("c1"), "b1");
  EXPECT_EQ(settles("c2"), "b2");
  EXPECT_EQ(settles("c3"), "b1");
  EXPECT_EQ(here(), "c1@b1 c2@b2 c3@b1");
}

TEST_F(registry_placement_test, returns_a_client_to_where_it_was_unless_that_has_twice_as_many) {
  comes("b1", 1);
  for (const auto* client : {"c1", "c2", "c3"}) {
    settles(client);
  }
  comes("b2", 2);
  settles("c4");
  EXPECT_THAT(join(joining("c3", 5)), testing::HasSubstr("placement b1")) << "two others are there, one is at b2";
  machine->roster(now, "combiner/b2", {false, {}, {domain::client_id{"c4"}}});
  EXPECT_THAT(join(joining("c3", 5)), testing::HasSubstr("placement b2"));
}

TEST_F(registry_placement_test, honours_the_preferred_combiner_while_it_has_room) {
  comes("b1", 1);
  comes("b2", 2, 1);
  machine->join(now, {}, peer(101), joining("c1", 0, "b2"));
  EXPECT_EQ(machine->clients()[0].record.combiner.value(), "b2");
  machine->join(now, {}, peer(101), joining("c2", 0, "b2"));
  EXPECT_EQ(machine->clients()[1].record.combiner.value(), "b1") << "b2 is full";
}

TEST_F(registry_placement_test, does_not_send_a_client_back_to_the_combiner_it_has_just_lost) {
  comes("b1", 1);
  auto asked = joining("c1", 0, "b1");
  asked.lost_combiner = domain::combiner_id{"b1"};
  machine->join(now, {}, peer(101), asked);
  EXPECT_EQ(machine->clients()[0].record.combiner.value(), "b1") << "there is no other";
  comes("b2", 2);
  settles("c2");
  asked.resume = machine->clients()[0].record.resume;
  machine->join(now, {}, peer(101), asked);
  EXPECT_EQ(machine->clients()[0].record.combiner.value(), "b2") << "preferred and emptier, but silent";
}

TEST_F(registry_placement_test, refuses_when_every_combiner_is_full) {
  comes("b1", 1, 1);
  settles("c1");
  EXPECT_EQ(join(joining("c2")), "->101 refused unavailable for 500ms | turned_away c2");
}

TEST_F(registry_placement_test, a_client_that_comes_back_finds_its_own_place_at_a_full_combiner) {
  comes("b1", 1, 1);
  settles("c1"); // resume t1, ticket t2
  EXPECT_EQ(join(joining("c1", 1)), "down c1 | store{client c1 at b1 t1} | ->1 expect_client c1 t3 | "
                                    "->101 placement b1 at tcp://b1 t3 resume t1");
}

TEST_F(registry_placement_test, who_shows_the_resume_token_is_placed_again_while_its_lease_lives) {
  comes("b1", 1);
  comes("b2", 2);
  settles("c1");
  settles("c2");
  EXPECT_EQ(join(joining("c1", 1, "b2")), "down c1 | store{client c1 at b2 t1} | ->2 expect_client c1 t5 | "
                                          "->101 placement b2 at tcp://b2 t5 resume t1");
  EXPECT_EQ(render(machine->roster(now, "combiner/b1", {false, {}, {domain::client_id{"c1"}}})), "")
      << "b1 does not speak for it any more";
}

TEST_F(registry_placement_test, the_same_id_without_the_token_is_taken_while_the_lease_lives) {
  comes("b1", 1);
  settles("c1");
  EXPECT_EQ(join(joining("c1")), "->101 refused client_id_taken for 500ms | turned_away c1");
  EXPECT_EQ(join(joining("c1", 9)), "->101 refused client_id_taken for 500ms | turned_away c1");
}

TEST_F(registry_placement_test, an_id_is_taken_from_its_placement_on) {
  comes("b1", 1);
  join(joining("c1"));
  EXPECT_EQ(join(joining("c1")), "->101 refused client_id_taken for 500ms | turned_away c1");
}

TEST_F(registry_placement_test, who_did_not_hear_the_answer_to_its_first_join_is_placed_when_it_asks_again) {
  comes("b1", 1);
  EXPECT_EQ(join(joining("c1", 77)), "store{client c1 at b1 t77} | ->1 expect_client c1 t1 | "
                                     "->101 placement b1 at tcp://b1 t1 resume t77");
  EXPECT_EQ(join(joining("c1", 77)), "store{client c1 at b1 t77} | ->1 expect_client c1 t2 | "
                                     "->101 placement b1 at tcp://b1 t2 resume t77");
  EXPECT_EQ(join(joining("c1", 78)), "->101 refused client_id_taken for 500ms | turned_away c1");
}

TEST_F(registry_placement_test, after_the_lease_the_id_may_be_taken_over_with_a_new_token) {
  comes("b1", 1);
  settles("c1");
  machine->roster(now, "combiner/b1", {false, {}, {domain::client_id{"c1"}}});
  EXPECT_EQ(join(joining("c1")), "store{client c1 at b1 t3} | ->1 expect_client c1 t4 | "
                                 "->101 placement b1 at tcp://b1 t4 resume t3");
  EXPECT_EQ(join(joining("c1", 1)), "->101 refused client_id_taken for 500ms | turned_away c1")
      << "the former owner's token is void";
}

TEST_F(registry_placement_test, a_ticket_that_is_never_used_frees_its_place_and_its_id) {
  comes("b1", 1, 1);
  join(joining("c1"));
  for (int second = 1; second <= 10; ++second) {
    now += std::chrono::seconds{1};
    machine->heard(now, "combiner/b1");
    machine->tick(now);
  }
  EXPECT_EQ(machine->combiners()[0].clients, 0u);
  EXPECT_THAT(join(joining("c2")), testing::HasSubstr("placement b1"));
}

TEST_F(registry_placement_test, who_is_connected_is_known_again_after_an_old_join_of_its_own_that_came_late) {
  comes("b1", 1);
  comes("b2", 2);
  EXPECT_EQ(settles("c1"), "b1");
  join(joining("c1", 1, "b2")); // over a connection that it had given up: nobody takes the placement
  EXPECT_EQ(here(), "");
  now += config.ticket_valid;
  machine->heard(now, "combiner/b1");
  machine->heard(now, "combiner/b2");
  EXPECT_EQ(render(machine->tick(now)), "up c1@b1");
  EXPECT_EQ(here(), "c1@b1");
}

TEST_F(registry_placement_test, of_two_combiners_that_report_a_client_the_one_that_keeps_it_is_right) {
  comes("b1", 1);
  comes("b2", 2);
  EXPECT_EQ(settles("c1"), "b1");
  machine->roster(now, "combiner/b2", {true, {domain::client_id{"c1"}}, {}});
  EXPECT_EQ(here(), "c1@b1");
  machine->roster(now, "combiner/b1", {false, {}, {domain::client_id{"c1"}}});
  EXPECT_EQ(here(), "c1@b2");
}

TEST_F(registry_placement_test, who_has_left_meanwhile_is_not_believed_to_be_there) {
  comes("b1", 1);
  comes("b2", 2);
  EXPECT_EQ(settles("c1"), "b1");
  join(joining("c1", 1, "b2"));
  machine->roster(now, "combiner/b1", {false, {}, {domain::client_id{"c1"}}});
  now += config.ticket_valid;
  machine->heard(now, "combiner/b1");
  machine->heard(now, "combiner/b2");
  EXPECT_EQ(render(machine->tick(now)), "");
  EXPECT_EQ(here(), "");
}

TEST_F(registry_placement_test, refuses_a_max_examples_out_of_bounds_for_good) {
  comes("b1", 1);
  auto asked = joining("c1");
  asked.max_examples = 0;
  EXPECT_EQ(join(asked), "->101 refused bad_weight | turned_away c1");
  asked.max_examples = config.max_examples + 1;
  EXPECT_EQ(join(asked), "->101 refused bad_weight | turned_away c1");
}

TEST_F(registry_placement_test, refuses_whom_policy_denies_for_good) {
  comes("b1", 1);
  policy.answer.answer = domain::ruling::deny;
  EXPECT_EQ(join(joining("c1")), "->101 refused denied | turned_away c1");
}

TEST_F(registry_placement_test, knows_no_more_clients_than_its_bound) {
  config.max_clients = 1;
  begin_anew();
  comes("b1", 1);
  settles("c1");
  EXPECT_EQ(join(joining("c2")), "->101 refused busy for 500ms | turned_away c2");
  EXPECT_THAT(join(joining("c1", 1)), testing::HasSubstr("placement b1"));
}

} // namespace
} // namespace fedloom::controller
