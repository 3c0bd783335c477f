#pragma once
#include "actors/kernel/system_config.hpp"
#include "messages/domain/chrono.hpp"

#include <caf/actor_system.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <gtest/gtest.h>

namespace fedloom::test {

/// An actor system without threads: actors run when a test says so, and time is virtual. Messages from threads
/// (workers, gateways) may not reach it; such parts are replaced in actor tests. A fixture that overrides TearDown
/// calls this one.
class actor_fixture : public ::testing::Test {
protected:
  actor_fixture() {
    // An actor that a test forgot is then a leak that the sanitizer names, and no hang.
    system.await_actors_before_shutdown(false);
  }

  /// Delivers all messages, and those that they cause, until nobody has anything to do.
  void run() { scheduler.run(); }

  /// Lets `span` of virtual time pass. Every delayed message on the way is delivered at its own time, so that an actor
  /// that wakes each second wakes ten times in ten seconds.
  void advance(domain::milliseconds span) {
    const auto until = now() + span;
    run();
    auto& clock = scheduler.clock();
    while (!clock.schedule().empty() && clock.schedule().begin()->first <= until) {
      clock.advance_time(std::max(clock.schedule().begin()->first - clock.now(), domain::instant::duration::zero()));
      run();
    }
    clock.advance_time(until - clock.now());
    run();
  }

  domain::instant now() { return scheduler.clock().now(); }

  void TearDown() override {
    scheduler.clock().cancel_all();
    run();
  }

private:
  class config : public kernel::system_config {
  public:
    config() { set("scheduler.policy", caf::atom("testing")); }
  };
  config config_;

protected:
  caf::actor_system system{config_};
  caf::scheduler::test_coordinator& scheduler = dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
};

} // namespace fedloom::test
