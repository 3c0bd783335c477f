#include "actors/kernel/effect_runner.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace fedloom::kernel {
namespace {

/// Effects are words; those that begin with "store" are pending until `resume`.
class effect_runner_test : public ::testing::Test {
protected:
  std::string done;
  std::function<void(const std::string&)> meanwhile = [](const std::string&) {};
  effect_runner<std::string> sut{[this](std::string& effect) {
    done += done.empty() ? effect : " " + effect;
    meanwhile(effect);
    return effect.starts_with("store") ? performed::pending : performed::done;
  }};
};

TEST_F(effect_runner_test, performs_effects_in_their_order) {
  sut.run({"a", "b"});
  sut.run({"c"});
  EXPECT_EQ(done, "a b c");
  EXPECT_EQ(sut.waiting(), 0u);
}

TEST_F(effect_runner_test, holds_back_what_stands_behind_an_unfinished_store) {
  sut.run({"a", "store", "send"});
  EXPECT_EQ(done, "a store");
  EXPECT_TRUE(sut.blocked());
  EXPECT_EQ(sut.waiting(), 1u);
  sut.resume();
  EXPECT_EQ(done, "a store send");
  EXPECT_FALSE(sut.blocked());
}

TEST_F(effect_runner_test, takes_the_effects_of_later_inputs_while_a_store_is_unfinished) {
  sut.run({"store1", "send1"});
  sut.run({"store2", "send2"});
  EXPECT_EQ(done, "store1");
  sut.resume();
  EXPECT_EQ(done, "store1 send1 store2");
  sut.resume();
  EXPECT_EQ(done, "store1 send1 store2 send2");
}

TEST_F(effect_runner_test, leaves_out_what_depends_on_a_store_that_failed) {
  sut.run({"store1", "send1"});
  sut.run({"a", "store2", "send2"});
  sut.abandon();
  EXPECT_EQ(done, "store1 a store2") << "nothing but send1 depended on it";
  sut.resume();
  EXPECT_EQ(done, "store1 a store2 send2");
}

TEST_F(effect_runner_test, begins_anew_when_it_is_cleared) {
  sut.run({"store", "send"});
  sut.clear();
  sut.run({"a"});
  EXPECT_EQ(done, "store a");
}

TEST_F(effect_runner_test, puts_the_effects_of_an_effect_behind_the_present_ones) {
  meanwhile = [this](const std::string& effect) {
    if (effect == "a") {
      sut.run({"from a"});
    }
  };
  sut.run({"a", "b"});
  EXPECT_EQ(done, "a b from a");
}

TEST_F(effect_runner_test, goes_on_after_a_store_that_finishes_before_it_returns) {
  meanwhile = [this](const std::string& effect) {
    if (effect == "store1") {
      sut.resume();
    }
  };
  sut.run({"store1", "send1", "store2", "send2"});
  EXPECT_EQ(done, "store1 send1 store2");
  sut.resume();
  EXPECT_EQ(done, "store1 send1 store2 send2");
}

} // namespace
} // namespace fedloom::kernel
