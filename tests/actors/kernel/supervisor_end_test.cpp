#include "tests/actors/kernel/supervisor_fixture.hpp"

namespace fedloom::kernel {
namespace {

using supervisor_end_test = supervisor_fixture;

TEST_F(supervisor_end_test, gives_up_once_when_the_budget_is_spent_and_all_children_are_down) {
  auto spec = tree(strategy::one_for_one, {child("a"), child("b"), child("c")});
  spec.budget = {2, 10s};
  start(spec);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(gave_up.empty());
    crash("b");
    advance(1s);
  }
  EXPECT_EQ(gave_up, (std::vector<std::string>{"restart budget of root spent by b: the disk is on fire"}));
  EXPECT_EQ(starts_of({"a", "b", "c"}), "1 3 1");
  EXPECT_EQ(ended, (std::vector<std::string>{"b", "b", "b", "c", "a"}));
  EXPECT_FALSE(named("a"));
}

TEST_F(supervisor_end_test, does_not_give_up_when_deaths_are_further_apart_than_the_window) {
  auto spec = tree(strategy::one_for_one, {child("a")});
  spec.budget = {1, 10s};
  start(spec);
  for (int i = 0; i < 5; ++i) {
    crash("a");
    advance(11s);
  }
  EXPECT_EQ(starts["a"], 6);
  EXPECT_TRUE(gave_up.empty());
}

TEST_F(supervisor_end_test, escalates_to_the_parent_before_it_gives_up) {
  supervisor_spec nested{"nested", strategy::one_for_one, {3, 10s}, {}, {child("c")}, {}};
  auto spec = tree(strategy::one_for_one, {child("a")});
  spec.budget = {2, 10s};
  spec.supervisors = {nested};
  start(spec);
  int crashes = 0;
  while (gave_up.empty() && crashes < 100) {
    crash("c");
    ++crashes;
    advance(200ms);
  }
  EXPECT_EQ(crashes, (3 + 1) * (2 + 1));
  ASSERT_EQ(gave_up.size(), 1u);
  EXPECT_EQ(gave_up.front(),
            "restart budget of root spent by nested: restart budget of nested spent by c: the disk is on fire");
  EXPECT_EQ(status_of("nested").restarts, 2u);
  EXPECT_EQ(starts["a"], 1);
}

TEST_F(supervisor_end_test, stops_children_in_reverse_order) {
  auto spec = tree(strategy::one_for_one, {child("a"), child("b")});
  spec.supervisors = {{"nested", strategy::one_for_one, {}, {}, {child("c"), child("d")}, {}}};
  start(spec);
  stop_tree(root);
  run();
  EXPECT_EQ(ended, (std::vector<std::string>{"d", "c", "b", "a"}));
  EXPECT_TRUE(gave_up.empty());
  for (const auto& one : status->children()) {
    EXPECT_FALSE(one.alive) << one.name;
    EXPECT_FALSE(named(one.name)) << one.name;
  }
}

TEST_F(supervisor_end_test, starts_nothing_after_the_stop) {
  start(tree(strategy::one_for_one, {child("a"), child("b")}));
  crash("a");
  stop_tree(root);
  advance(1min);
  EXPECT_EQ(starts_of({"a", "b"}), "1 1");
}

TEST_F(supervisor_end_test, kills_a_child_that_ignores_the_stop) {
  stubborn["b"] = true;
  start(tree(strategy::one_for_one, {child("a"), child("b"), child("c")}));
  stop_tree(root);
  run();
  EXPECT_EQ(ended, (std::vector<std::string>{"c"}));
  advance(stop_patience);
  EXPECT_EQ(ended, (std::vector<std::string>{"c", "b", "a"}));
}

TEST_F(supervisor_end_test, kills_all_children_when_the_root_is_killed) {
  auto spec = tree(strategy::one_for_one, {child("a")});
  spec.supervisors = {{"nested", strategy::one_for_one, {}, {}, {child("c")}, {}}};
  start(spec);
  caf::anon_send_exit(root, caf::exit_reason::kill);
  run();
  EXPECT_EQ(ended.size(), 2u);
  EXPECT_FALSE(named("a"));
  EXPECT_FALSE(named("c"));
}

TEST_F(supervisor_end_test, gives_up_when_a_child_can_never_be_spawned) {
  refusals["a"] = 1000;
  start(tree(strategy::one_for_one, {child("a")}));
  advance(1min);
  EXPECT_EQ(gave_up, (std::vector<std::string>{"restart budget of root spent by a: no memory"}));
}

TEST_F(supervisor_end_test, gives_up_only_after_the_start_has_returned) {
  refusals["a"] = 1;
  auto spec = tree(strategy::one_for_all, {child("a"), child("b")});
  spec.budget.restarts = 0;
  start(spec);
  EXPECT_TRUE(gave_up.empty());
  run();
  EXPECT_EQ(gave_up.size(), 1u);
  EXPECT_EQ(ended, (std::vector<std::string>{"b"}));
}

TEST_F(supervisor_end_test, refuses_a_tree_with_a_name_that_stands_twice) {
  auto spec = tree(strategy::one_for_one, {child("a")});
  spec.supervisors = {{"nested", strategy::one_for_one, {}, {}, {child("a")}, {}}};
  EXPECT_THROW(start(spec), std::invalid_argument);
  EXPECT_TRUE(started.empty());
}

TEST_F(supervisor_end_test, does_not_kill_a_name_that_nobody_has) {
  EXPECT_FALSE(kill_child(*names, "nobody"));
}

TEST_F(supervisor_end_test, writes_the_tree_as_text) {
  supervisor_spec spec{"combiner", strategy::one_for_one, {3, 10s}, {}, {}, {}};
  spec.children = {child("store"), child("probe", restart_kind::temporary)};
  spec.supervisors = {{"rounds", strategy::rest_for_one, {5, 500ms}, {}, {child("fold", restart_kind::transient)}, {}}};
  EXPECT_EQ(to_text(spec), "combiner (one_for_one, 3 in 10 s)\n"
                           "  store (permanent)\n"
                           "  probe (temporary)\n"
                           "  rounds (rest_for_one, 5 in 500 ms)\n"
                           "    fold (transient)\n");
}

} // namespace
} // namespace fedloom::kernel
