#include "actors/kernel/supervision_machine.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fedloom::kernel {
namespace {

using namespace std::chrono_literals;
using enum restart_kind;

std::string text_of(const supervision::effects& effects) {
  struct {
    std::string operator()(const supervision::start& x) const { return "start" + std::to_string(x.child); }
    std::string operator()(const supervision::stop& x) const { return "stop" + std::to_string(x.child); }
    std::string operator()(const supervision::kill& x) const { return "kill" + std::to_string(x.child); }
    std::string operator()(const supervision::finish& x) const { return x.gave_up ? "gave_up" : "stopped"; }
  } name;
  std::string out;
  for (const auto& effect : effects) {
    out += (out.empty() ? "" : " ") + std::visit(name, effect);
  }
  return out;
}

/// A machine that is running, and a clock that a test moves.
struct supervised_tree {
  supervised_tree(strategy restarts, std::vector<restart_kind> kinds, budget_limits budget = {})
      : sut(restarts, budget, {10ms, 2000ms}, rules(kinds)) {
    sut.start(now);
  }
  static std::vector<supervised> rules(const std::vector<restart_kind>& kinds) {
    std::vector<supervised> all;
    for (const auto kind : kinds) {
      all.push_back({kind, domain::milliseconds{5000}});
    }
    return all;
  }
  std::string crash(std::size_t child) { return text_of(sut.died(child, false, now)); }
  std::string quit(std::size_t child) { return text_of(sut.died(child, true, now)); }
  std::string stop() { return text_of(sut.stop(now)); }
  std::string after(domain::milliseconds span) {
    now += span;
    return text_of(sut.tick(now));
  }

  domain::instant now{};
  supervision_machine sut;
};

TEST(supervision_machine_test, starts_children_in_order) {
  supervision_machine sut(strategy::one_for_one, {}, {}, supervised_tree::rules({permanent, transient, temporary}));
  EXPECT_EQ(text_of(sut.start({})), "start0 start1 start2");
  EXPECT_EQ(sut.next_wake(), std::nullopt);
}

TEST(supervision_machine_test, restarts_only_the_dead_child_after_the_pause) {
  supervised_tree tree(strategy::one_for_one, {permanent, permanent, permanent});
  EXPECT_EQ(tree.crash(1), "");
  EXPECT_EQ(tree.sut.next_wake(), tree.now + 10ms);
  EXPECT_EQ(tree.after(9ms), "");
  EXPECT_EQ(tree.after(1ms), "start1");
  EXPECT_EQ(tree.sut.next_wake(), std::nullopt);
}

TEST(supervision_machine_test, stops_all_in_reverse_before_it_starts_all) {
  supervised_tree tree(strategy::one_for_all, {permanent, permanent, permanent});
  EXPECT_EQ(tree.crash(1), "stop2");
  EXPECT_EQ(tree.quit(2), "stop0");
  EXPECT_EQ(tree.quit(0), "");
  EXPECT_EQ(tree.after(10ms), "start0 start1 start2");
}

TEST(supervision_machine_test, leaves_those_before_the_dead_child_alone) {
  supervised_tree tree(strategy::rest_for_one, {permanent, permanent, permanent, permanent});
  EXPECT_EQ(tree.crash(1), "stop3");
  EXPECT_EQ(tree.quit(3), "stop2");
  EXPECT_EQ(tree.after(20ms), "") << "the pause is over, but one is still ending";
  EXPECT_EQ(tree.quit(2), "start1 start2 start3");
}

TEST(supervision_machine_test, widens_the_restart_when_an_earlier_child_dies_meanwhile) {
  supervised_tree tree(strategy::rest_for_one, {permanent, permanent, permanent});
  EXPECT_EQ(tree.crash(2), "");
  EXPECT_EQ(tree.crash(0), "stop1");
  EXPECT_EQ(tree.quit(1), "");
  EXPECT_EQ(tree.after(10ms), "");
  EXPECT_EQ(tree.after(10ms), "start0 start1 start2");
}

TEST(supervision_machine_test, counts_no_death_of_a_child_that_was_to_be_stopped_anyway) {
  supervised_tree tree(strategy::one_for_all, {permanent, permanent, permanent}, {1, 10s});
  EXPECT_EQ(tree.crash(2), "stop1");
  EXPECT_EQ(tree.crash(0), "");
  EXPECT_EQ(tree.crash(1), "");
  EXPECT_EQ(tree.after(10ms), "start0 start1 start2");
}

TEST(supervision_machine_test, restarts_transient_children_only_after_a_crash_and_temporary_ones_never) {
  supervised_tree tree(strategy::one_for_one, {permanent, transient, transient, temporary});
  tree.quit(0);
  tree.quit(1);
  tree.crash(2);
  tree.crash(3);
  EXPECT_EQ(tree.after(100ms), "start0 start2");
}

TEST(supervision_machine_test, does_not_bring_a_temporary_sibling_back) {
  supervised_tree tree(strategy::one_for_all, {permanent, temporary, transient});
  EXPECT_EQ(tree.crash(0), "stop2");
  EXPECT_EQ(tree.quit(2), "stop1");
  EXPECT_EQ(tree.quit(1), "");
  EXPECT_EQ(tree.after(10ms), "start0 start2");
}

TEST(supervision_machine_test, gives_up_when_the_budget_is_spent_and_all_are_down) {
  supervised_tree tree(strategy::one_for_one, {permanent, permanent, permanent}, {1, 10s});
  tree.crash(1);
  EXPECT_EQ(tree.after(10ms), "start1");
  EXPECT_EQ(tree.crash(1), "stop2");
  EXPECT_EQ(tree.quit(2), "stop0");
  EXPECT_EQ(tree.crash(0), "gave_up");
  EXPECT_EQ(tree.stop(), "");
  EXPECT_EQ(tree.sut.next_wake(), std::nullopt);
}

TEST(supervision_machine_test, kills_a_child_that_does_not_end_in_its_time) {
  supervised_tree tree(strategy::one_for_one, {permanent});
  EXPECT_EQ(tree.stop(), "stop0");
  EXPECT_EQ(tree.sut.next_wake(), tree.now + 5s);
  EXPECT_EQ(tree.after(5s), "kill0");
  EXPECT_EQ(tree.after(5s), "");
  EXPECT_EQ(tree.crash(0), "stopped");
}

TEST(supervision_machine_test, waits_for_a_supervisor_as_long_as_it_takes) {
  supervision_machine sut(strategy::one_for_one, {}, {}, {{permanent, std::nullopt}});
  sut.start({});
  EXPECT_EQ(text_of(sut.stop({})), "stop0");
  EXPECT_EQ(sut.next_wake(), std::nullopt);
}

TEST(supervision_machine_test, starts_nothing_after_a_stop) {
  supervised_tree tree(strategy::one_for_one, {permanent, permanent});
  tree.crash(0);
  EXPECT_EQ(tree.stop(), "stop1");
  EXPECT_EQ(tree.after(10ms), "");
  EXPECT_EQ(tree.quit(1), "stopped");
}

TEST(supervision_machine_test, stops_at_once_when_there_is_nobody) {
  supervised_tree tree(strategy::one_for_all, {});
  EXPECT_EQ(tree.stop(), "stopped");
}

} // namespace
} // namespace fedloom::kernel
