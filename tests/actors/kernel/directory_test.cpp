#include "actors/kernel/directory.hpp"

#include "tests/support/actor_fixture.hpp"

#include <caf/actor.hpp>
#include <caf/event_based_actor.hpp>

#include <future>
#include <thread>

namespace fedloom::kernel {
namespace {

class directory_test : public test::actor_fixture {
protected:
  caf::actor counter(int& sum) {
    return system.spawn([&sum](caf::event_based_actor*) -> caf::behavior { return {[&sum](int n) { sum += n; }}; });
  }
  static caf::strong_actor_ptr handle(const caf::actor& who) { return caf::actor_cast<caf::strong_actor_ptr>(who); }

  int first_sum = 0, second_sum = 0;
  caf::actor first = counter(first_sum), second = counter(second_sum);
  directory sut;
};

TEST_F(directory_test, sends_to_who_has_the_name) {
  sut.enter("child", handle(first));
  EXPECT_TRUE(sut.send<caf::actor>("child", 3));
  run();
  EXPECT_EQ(first_sum, 3);
}

TEST_F(directory_test, says_when_nobody_has_the_name) {
  EXPECT_FALSE(sut.at<caf::actor>("child"));
  EXPECT_FALSE(sut.send<caf::actor>("child", 3));
}

TEST_F(directory_test, gives_the_name_to_the_successor) {
  sut.enter("child", handle(first));
  sut.enter("child", handle(second));
  sut.send<caf::actor>("child", 3);
  run();
  EXPECT_EQ(first_sum, 0);
  EXPECT_EQ(second_sum, 3);
}

TEST_F(directory_test, takes_the_name_only_from_who_has_it) {
  sut.enter("child", handle(second));
  sut.leave("child", first.address());
  EXPECT_EQ(sut.at<caf::actor>("child"), second);
  sut.leave("child", second.address());
  EXPECT_FALSE(sut.at<caf::actor>("child"));
}

TEST_F(directory_test, keeps_look_ups_waiting_while_somebody_new_is_made) {
  std::thread early;
  std::promise<void> begun;
  caf::actor found;
  const auto made = sut.enter_new("child", [&] {
    early = std::thread([&] {
      begun.set_value();
      found = sut.at<caf::actor>("child");
    });
    begun.get_future().wait();
    return first;
  });
  early.join();
  EXPECT_EQ(made, first);
  EXPECT_EQ(found, first) << "whoever answers the new one must find it";
}

TEST_F(directory_test, enters_nobody_when_nobody_is_made) {
  EXPECT_FALSE(sut.enter_new("child", [] { return caf::actor{}; }));
  EXPECT_FALSE(sut.at<caf::actor>("child"));
}

TEST_F(directory_test, can_release_the_last_handle_of_an_actor_that_comes_back_to_it) {
  struct returning : caf::event_based_actor {
    returning(caf::actor_config& config, directory& names) : caf::event_based_actor(config), names_(names) {}
    caf::behavior make_behavior() override {
      return {[](int) {}};
    }
    void on_exit() override { names_.leave("child", address()); }
    directory& names_;
  };
  sut.enter("child", handle(system.spawn<returning>(sut)));
  run();
  sut.enter("child", handle(first));
  EXPECT_EQ(sut.at<caf::actor>("child"), first);
}

} // namespace
} // namespace fedloom::kernel
