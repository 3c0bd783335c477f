// Combiners that fall silent, and that must not take the controller for dead; with the default lease.
#include "tests/actors/controller/registry_fixture.hpp"

namespace fedloom::controller {

namespace {

class registry_detection_test : public registry_machine_fixture {
protected:
  void SetUp() override {
    config = {};
    registry_machine_fixture::SetUp();
    comes("b1", 1);
  }
  /// Wakes the registry when it wants to be, until it says something else than that it lives.
  std::string next_news() {
    for (std::string told;; told = render(machine->tick(now))) {
      if (!told.empty() && told != sign_of_life) {
        return told;
      }
      now = std::max(now, *machine->next_wake());
    }
  }
  const std::string sign_of_life = "->1 heartbeat 0";
};

} // namespace

TEST_F(registry_detection_test, a_combiner_that_dies_is_missed_within_3_s) {
  for (int second = 1; second <= 10; ++second) {
    now = at(ms{1000 * second});
    machine->tick(now);
    machine->beat(now, peer(1), "combiner/b1", {1});
  }
  EXPECT_EQ(next_news(), "hang_up 1 | down b1");
  EXPECT_LE(now, at(ms{13'000}));
}

TEST_F(registry_detection_test, a_combiner_whose_heartbeats_wait_behind_a_large_sum_hears_that_the_controller_lives) {
  auto heard = now;
  auto longest = ms{0};
  for (int step = 1; step <= 6000; ++step) {
    now = at(ms{10 * step});
    machine->heard(now, "combiner/b1"); // chunks
    if (render(machine->tick(now)) == sign_of_life) {
      longest = std::max(longest, std::chrono::duration_cast<ms>(now - heard));
      heard = now;
    }
  }
  EXPECT_GT(heard, at(ms{0}));
  EXPECT_LE(longest, ms{2000});
}

} // namespace fedloom::controller
