#include "actors/kernel/actor_guard.hpp"
#include "actors/kernel/supervisor.hpp"
#include "actors/kernel/system_config.hpp"

#include <caf/event_based_actor.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace fedloom::kernel {
namespace {

using namespace std::chrono_literals;

/// The same tree on the threads and the clock of a service. Every test ends only if no actor is left over.
class supervisor_threads_test : public ::testing::Test {
protected:
  void start(std::function<caf::behavior(caf::event_based_actor*, int start)> body) {
    supervisor_spec nested{"nested", strategy::rest_for_one, {2, 10s}, {1ms, 2ms}, {}, {}};
    nested.children = {{"first", [](caf::actor_system& in) { return in.spawn(idle); }},
                       {"second", [this, body](caf::actor_system& in) {
                          return in.spawn([this, body](caf::event_based_actor* self) {
                            guard(self);
                            return body(self, ++starts);
                          });
                        }}};
    supervisor_spec spec{"root", strategy::one_for_all, {1, 10s}, {1ms, 2ms}, {}, {nested}};
    root =
        start_tree(system, spec, names, status, [this](std::string reason) { gave_up.set_value(std::move(reason)); });
  }
  static caf::behavior idle(caf::event_based_actor*) {
    return {[](int) {}};
  }

  system_config config;
  std::atomic<int> starts{0};
  std::promise<std::string> gave_up;
  std::shared_ptr<directory> names = std::make_shared<directory>();
  std::shared_ptr<tree_status> status = std::make_shared<tree_status>();
  caf::actor_system system{config};
  caf::actor root;
};

TEST_F(supervisor_threads_test, restarts_a_child_that_crashes_and_ends_when_asked) {
  std::promise<void> up_again;
  start([&](caf::event_based_actor* self, int start) -> caf::behavior {
    if (start == 2) {
      throw std::runtime_error("crash at the start");
    }
    if (start == 3) {
      up_again.set_value();
    }
    return {[self](int) { self->quit(caf::exit_reason::unhandled_exception); }};
  });
  EXPECT_TRUE(names->send<caf::actor>("second", 1));
  up_again.get_future().wait();
  stop_tree(root);
  system.await_all_actors_done();
  EXPECT_EQ(starts, 3);
  EXPECT_EQ(names->find("first"), nullptr);
}

TEST_F(supervisor_threads_test, gives_up_on_a_child_that_is_dead_before_it_can_be_monitored) {
  start([](caf::event_based_actor*, int) { return caf::behavior{}; }); // no behaviour: it ends at once
  EXPECT_EQ(gave_up.get_future().get(),
            "restart budget of root spent by nested: restart budget of nested spent by second: normal");
  system.await_all_actors_done();
  EXPECT_EQ(starts, (2 + 1) * (1 + 1));
}

} // namespace
} // namespace fedloom::kernel
