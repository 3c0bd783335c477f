#include "actors/kernel/worker.hpp"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <vector>

namespace fedloom::kernel {
namespace {

/// A worker of one thread that stands in a job until `release`.
class worker_test : public ::testing::Test {
protected:
  void occupy() {
    ASSERT_TRUE(sut->post([this] {
      begun.set_value();
      released.get_future().wait();
    }));
    begun.get_future().wait();
  }
  void release() { released.set_value(); }

  std::promise<void> begun, released;
  std::unique_ptr<worker> sut = std::make_unique<worker>("test", 1, 2);
};

TEST_F(worker_test, runs_jobs_in_the_order_of_posting) {
  std::vector<int> order;
  std::promise<void> last;
  occupy();
  ASSERT_TRUE(sut->post([&] { order.push_back(1); }));
  ASSERT_TRUE(sut->post([&] {
    order.push_back(2);
    last.set_value();
  }));
  release();
  last.get_future().wait();
  sut.reset();
  EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST_F(worker_test, refuses_a_job_at_the_bound) {
  occupy();
  EXPECT_TRUE(sut->post([] {}));
  EXPECT_TRUE(sut->post([] {}));
  EXPECT_EQ(sut->queued(), 2u);
  EXPECT_FALSE(sut->post([] {}));
  release();
}

TEST_F(worker_test, drops_waiting_jobs_at_its_end_and_waits_for_the_one_that_has_begun) {
  bool finished = false;
  std::promise<void> dropped;
  ASSERT_TRUE(sut->post([&] {
    begun.set_value();
    dropped.get_future().wait(); // goes on only when the next job has been thrown away
    finished = true;
  }));
  begun.get_future().wait();
  bool ran = false;
  auto tells_its_end = std::shared_ptr<void>(nullptr, [&](void*) { dropped.set_value(); });
  ASSERT_TRUE(sut->post([&ran, owned = std::move(tells_its_end)] { ran = true; }));
  sut.reset();
  EXPECT_TRUE(finished);
  EXPECT_FALSE(ran);
}

TEST_F(worker_test, runs_jobs_side_by_side_on_several_threads) {
  std::promise<void> first, second;
  std::promise<void> met[2];
  worker two("pair", 2, 4);
  ASSERT_TRUE(two.post([&] {
    first.set_value();
    second.get_future().wait();
    met[0].set_value();
  }));
  ASSERT_TRUE(two.post([&] {
    second.set_value();
    first.get_future().wait();
    met[1].set_value();
  }));
  met[0].get_future().wait();
  met[1].get_future().wait();
}

} // namespace
} // namespace fedloom::kernel
