#include "actors/kernel/actor_guard.hpp"

#include "actors/kernel/caf_compat.hpp"
#include "tests/support/actor_fixture.hpp"

#include <caf/actor.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>

namespace fedloom::kernel {
namespace {

struct unknown_order {};

} // namespace
} // namespace fedloom::kernel
FEDLOOM_LOCAL_MESSAGE(fedloom::kernel::unknown_order)

namespace fedloom::kernel {
namespace {

class actor_guard_test : public test::actor_fixture {
protected:
  /// Throws what it is sent: a string as std::runtime_error, an int as itself.
  caf::actor thrower() {
    auto who = system.spawn([](caf::event_based_actor* self) -> caf::behavior {
      guard(self);
      return {[](const std::string& what) { throw std::runtime_error(what); }, [](int number) { throw number; }};
    });
    who->attach_functor([this](const caf::error& reason) { ends.push_back(reason_text(system, reason)); });
    return who;
  }
  template <class T>
  void tell(const caf::actor& who, T what) {
    caf::anon_send(who, std::move(what));
    run();
  }

  std::vector<std::string> ends;
};

TEST_F(actor_guard_test, ends_an_actor_with_what_its_exception_says) {
  tell(thrower(), std::string("no such round"));
  EXPECT_EQ(ends, (std::vector<std::string>{"no such round"}));
}

TEST_F(actor_guard_test, ends_an_actor_that_throws_something_else) {
  tell(thrower(), 7);
  EXPECT_EQ(ends, (std::vector<std::string>{"an exception that is no std::exception"}));
}

TEST_F(actor_guard_test, drops_a_message_that_the_actor_does_not_know) {
  const auto sut = thrower();
  testing::internal::CaptureStdout();
  tell(sut, unknown_order{});
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_TRUE(ends.empty());
  caf::anon_send_exit(sut, caf::exit_reason::user_shutdown);
  run();
}

TEST_F(actor_guard_test, answers_a_request_that_the_actor_does_not_know) {
  const auto sut = thrower();
  caf::error answer;
  system.spawn([&](caf::event_based_actor* self) {
    self->request(sut, std::chrono::seconds(1), unknown_order{})
        .then([](int) {}, [&](const caf::error& why) { answer = why; });
  });
  run();
  EXPECT_EQ(answer, caf::sec::unexpected_message);
  caf::anon_send_exit(sut, caf::exit_reason::user_shutdown);
  run();
}

TEST_F(actor_guard_test, tells_normal_ends_from_accidents) {
  EXPECT_TRUE(ended_normally({}));
  EXPECT_TRUE(ended_normally(caf::exit_reason::user_shutdown));
  EXPECT_FALSE(ended_normally(caf::exit_reason::kill));
  EXPECT_FALSE(ended_normally(crash("x")));
}

TEST_F(actor_guard_test, has_a_text_for_every_reason) {
  EXPECT_EQ(reason_text(system, {}), "normal");
  EXPECT_EQ(reason_text(system, caf::exit_reason::kill), "kill");
  EXPECT_EQ(reason_text(system, caf::exit_reason::user_shutdown), "shutdown");
  EXPECT_EQ(reason_text(system, crash("the disk is full")), "the disk is full");
  EXPECT_NE(reason_text(system, crash("")), "");
  EXPECT_NE(reason_text(system, caf::sec::request_timeout), "");
}

} // namespace
} // namespace fedloom::kernel
