#include "actors/kernel/system_config.hpp"

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <gtest/gtest.h>

#include <future>

namespace fedloom::kernel {
namespace {

TEST(system_config_test, runs_actors_on_two_threads_that_share_a_queue) {
  system_config config;
  EXPECT_EQ(caf::get_or(config, "scheduler.policy", caf::atom("none")), caf::atom("sharing"));
  EXPECT_EQ(caf::get_or(config, "scheduler.max-throughput", std::size_t{0}), 50u);
  caf::actor_system system(config);
  EXPECT_EQ(system.scheduler().num_workers(), 2u);
  std::promise<void> ran;
  system.spawn([&ran](caf::event_based_actor*) { ran.set_value(); });
  ran.get_future().wait();
}

} // namespace
} // namespace fedloom::kernel
