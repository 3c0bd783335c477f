#include "tests/actors/kernel/supervisor_fixture.hpp"

namespace fedloom::kernel {
namespace {

using supervisor_restart_test = supervisor_fixture;
using enum restart_kind;

TEST_F(supervisor_restart_test, has_every_child_in_the_directory_when_the_start_returns) {
  auto spec = tree(strategy::one_for_one, {child("a"), child("b")});
  spec.supervisors = {{"nested", strategy::one_for_one, {}, {}, {child("c")}, {}}};
  start(spec);
  for (const auto* name : {"a", "b", "nested", "c"}) {
    EXPECT_TRUE(named(name)) << name;
    EXPECT_TRUE(status_of(name).alive) << name;
  }
  EXPECT_EQ(started, (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(supervisor_restart_test, restarts_as_the_strategy_says) {
  const std::pair<strategy, std::string> expected[] = {
      {strategy::one_for_one, "1 2 1"}, {strategy::one_for_all, "2 2 2"}, {strategy::rest_for_one, "1 2 2"}};
  for (const auto& [restarts, counts] : expected) {
    starts.clear();
    start(tree(restarts, {child("a"), child("b"), child("c")}));
    crash("b");
    advance(1s);
    EXPECT_EQ(starts_of({"a", "b", "c"}), counts);
    stop_tree(root);
    run();
  }
}

TEST_F(supervisor_restart_test, stops_siblings_last_one_first_and_starts_them_in_order) {
  start(tree(strategy::one_for_all, {child("a"), child("b"), child("c")}));
  started.clear();
  crash("b");
  EXPECT_EQ(ended, (std::vector<std::string>{"b", "c", "a"}));
  advance(1s);
  EXPECT_EQ(started, (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(supervisor_restart_test, restarts_a_permanent_child_however_it_ended) {
  start(tree(strategy::one_for_one, {child("a")}));
  crash("a");
  EXPECT_EQ(status_of("a").last_reason, "the disk is on fire");
  advance(1s);
  quit("a");
  EXPECT_EQ(status_of("a").last_reason, "normal");
  advance(1s);
  kill("a");
  EXPECT_EQ(status_of("a").last_reason, "kill");
  advance(1s);
  EXPECT_EQ(starts["a"], 4);
  EXPECT_EQ(status_of("a").restarts, 3u);
  EXPECT_TRUE(status_of("a").alive);
}

TEST_F(supervisor_restart_test, restarts_a_transient_child_only_after_a_crash) {
  start(tree(strategy::one_for_one, {child("a", transient)}));
  crash("a");
  advance(1s);
  EXPECT_EQ(starts["a"], 2);
  quit("a");
  advance(1min);
  EXPECT_EQ(starts["a"], 2);
  EXPECT_FALSE(status_of("a").alive);
}

TEST_F(supervisor_restart_test, never_restarts_a_temporary_child) {
  start(tree(strategy::one_for_one, {child("a", temporary)}));
  crash("a");
  advance(1min);
  EXPECT_EQ(starts["a"], 1);
  EXPECT_FALSE(named("a"));
}

TEST_F(supervisor_restart_test, never_names_a_dead_actor) {
  start(tree(strategy::one_for_one, {child("a")}));
  const auto first = names->at<caf::actor>("a");
  crash("a");
  EXPECT_FALSE(named("a"));
  EXPECT_FALSE(status_of("a").alive);
  advance(1s);
  const auto second = names->at<caf::actor>("a");
  EXPECT_TRUE(second);
  EXPECT_NE(first, second);
}

TEST_F(supervisor_restart_test, doubles_the_pause_with_every_death_in_the_window) {
  auto spec = tree(strategy::one_for_one, {child("a")});
  spec.budget = {5, 10s};
  spec.backoff = {10ms, 40ms};
  start(spec);
  int expected = 1;
  for (const auto pause : {10ms, 20ms, 40ms, 40ms}) {
    crash("a");
    advance(pause - 1ms);
    EXPECT_EQ(starts["a"], expected) << pause.count();
    advance(1ms);
    EXPECT_EQ(starts["a"], ++expected) << pause.count();
  }
}

TEST_F(supervisor_restart_test, counts_a_child_that_cannot_be_spawned_as_dead) {
  refusals["b"] = 2;
  start(tree(strategy::one_for_one, {child("a"), child("b")}));
  EXPECT_EQ(status_of("b").last_reason, "no memory");
  EXPECT_FALSE(named("b"));
  advance(1s);
  EXPECT_EQ(starts_of({"a", "b"}), "1 1");
  EXPECT_TRUE(named("b"));
}

TEST_F(supervisor_restart_test, counts_a_spawn_that_returns_no_actor_as_a_death) {
  start(tree(strategy::one_for_one, {{"a", [](caf::actor_system&) { return caf::actor{}; }, restart_kind::temporary}}));
  EXPECT_EQ(status_of("a").last_reason, "its spawn function returned no actor");
  EXPECT_FALSE(status_of("a").alive);
}

TEST_F(supervisor_restart_test, survives_children_that_die_while_their_siblings_are_stopped) {
  start(tree(strategy::one_for_all, {child("a"), child("b"), child("c")}));
  for (const auto* name : {"a", "b", "c"}) {
    names->send<caf::actor>(name, fate::throws);
  }
  advance(1s);
  EXPECT_EQ(starts_of({"a", "b", "c"}), "2 2 2");
  EXPECT_TRUE(gave_up.empty());
}

TEST_F(supervisor_restart_test, restarts_a_nested_supervisor_that_was_killed_and_leaves_no_orphan) {
  auto spec = tree(strategy::one_for_one, {});
  spec.supervisors = {{"nested", strategy::one_for_one, {}, {}, {child("c"), child("d")}, {}}};
  start(spec);
  kill("nested");
  EXPECT_EQ(ended.size(), 2u);
  EXPECT_FALSE(named("c"));
  EXPECT_EQ(status_of("c").last_reason, "its supervisor died");
  advance(1s);
  EXPECT_EQ(starts_of({"c", "d"}), "2 2");
  EXPECT_TRUE(named("c"));
  EXPECT_EQ(status_of("nested").restarts, 1u);
  EXPECT_EQ(status_of("c").restarts, 1u);
  EXPECT_EQ(status->children().size(), 3u);
}

} // namespace
} // namespace fedloom::kernel
