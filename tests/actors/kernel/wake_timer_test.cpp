#include "actors/kernel/wake_timer.hpp"

#include "tests/support/actor_fixture.hpp"

#include <caf/actor.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <vector>

namespace fedloom::kernel {
namespace {

using namespace std::chrono_literals;

/// "Your next deadline is then, or there is none."
struct set_deadline {
  std::optional<domain::instant> when;
};

} // namespace
} // namespace fedloom::kernel
FEDLOOM_LOCAL_MESSAGE(fedloom::kernel::set_deadline)

namespace fedloom::kernel {
namespace {

using sleeper = caf::typed_actor<notify<set_deadline>, notify<wake>>;

class wake_timer_test : public test::actor_fixture {
protected:
  wake_timer_test() {
    sut = system.spawn([this](sleeper::pointer self) -> sleeper::behavior_type {
      return {
          [this, self](const set_deadline& m) { timer.arm(self, deadline = m.when); },
          [this, self](const wake& m) {
            ++messages;
            if (!timer.fires(m)) {
              return;
            }
            if (deadline && *deadline <= now_of(self)) {
              fired.push_back(now_of(self) - start);
              deadline.reset();
            }
            timer.arm(self, deadline);
          },
      };
    });
    run();
  }
  void wake_in(domain::milliseconds span) {
    caf::anon_send(sut, set_deadline{now() + span});
    run();
  }
  void wake_never() {
    caf::anon_send(sut, set_deadline{});
    run();
  }

  const domain::instant start = now();
  wake_timer<sleeper::base> timer;
  std::optional<domain::instant> deadline;
  std::vector<domain::instant::duration> fired;
  int messages = 0;
  sleeper sut;
};

TEST_F(wake_timer_test, wakes_at_the_deadline_and_not_before) {
  wake_in(10s);
  advance(9999ms);
  EXPECT_TRUE(fired.empty());
  advance(1ms);
  EXPECT_EQ(fired, (std::vector<domain::instant::duration>{10s}));
}

TEST_F(wake_timer_test, wakes_at_once_for_a_deadline_that_has_passed) {
  wake_in(-5s);
  advance(0ms);
  EXPECT_EQ(fired, (std::vector<domain::instant::duration>{0s}));
}

TEST_F(wake_timer_test, wakes_at_an_earlier_deadline_and_ignores_the_old_message) {
  wake_in(10s);
  wake_in(2s);
  advance(20s);
  EXPECT_EQ(fired, (std::vector<domain::instant::duration>{2s}));
  EXPECT_EQ(messages, 2);
}

TEST_F(wake_timer_test, leaves_one_message_behind_however_often_the_deadline_moves_on) {
  for (int i = 0; i < 1000; ++i) {
    wake_in(3s + domain::milliseconds(i));
  }
  EXPECT_EQ(scheduler.clock().schedule().size(), 1u);
  advance(10s);
  EXPECT_EQ(fired, (std::vector<domain::instant::duration>{3999ms}));
  EXPECT_EQ(messages, 2);
}

TEST_F(wake_timer_test, does_not_wake_when_the_deadline_was_taken_back) {
  wake_in(1s);
  wake_never();
  advance(5s);
  EXPECT_TRUE(fired.empty());
  wake_in(1s);
  advance(1s);
  EXPECT_EQ(fired, (std::vector<domain::instant::duration>{6s}));
}

} // namespace
} // namespace fedloom::kernel
