#include "actors/transport/send_queue.hpp"

#include <gtest/gtest.h>

namespace fedloom::transport {

namespace {

codec::wire_message message_of(std::size_t frame, std::size_t payload) {
  return {std::vector<std::byte>(frame), domain::shared_bytes::adopt(std::vector<std::byte>(payload))};
}

gateway_limits limits_of(std::size_t messages, std::size_t bytes) {
  gateway_limits limits;
  limits.queued_messages_per_peer = messages;
  limits.queued_bytes_per_peer = bytes;
  return limits;
}

} // namespace

TEST(send_queue_test, gives_messages_back_in_order) {
  send_queue sut;
  ASSERT_TRUE(sut.push(message_of(1, 10), limits_of(9, 99)));
  ASSERT_TRUE(sut.push(message_of(2, 20), limits_of(9, 99)));
  EXPECT_EQ(sut.front().frame.size(), 1u);
  sut.pop();
  EXPECT_EQ(sut.front().frame.size(), 2u);
  EXPECT_EQ(sut.bytes(), 22u);
  sut.pop();
  EXPECT_TRUE(sut.empty());
}

TEST(send_queue_test, is_bounded_in_messages) {
  send_queue sut;
  EXPECT_TRUE(sut.push(message_of(1, 0), limits_of(2, 99)));
  EXPECT_TRUE(sut.push(message_of(1, 0), limits_of(2, 99)));
  EXPECT_FALSE(sut.push(message_of(1, 0), limits_of(2, 99)));
  EXPECT_EQ(sut.size(), 2u);
}

TEST(send_queue_test, is_bounded_in_bytes_of_frames_and_payloads) {
  send_queue sut;
  EXPECT_TRUE(sut.push(message_of(10, 40), limits_of(9, 100)));
  EXPECT_FALSE(sut.push(message_of(10, 41), limits_of(9, 100)));
  EXPECT_TRUE(sut.push(message_of(10, 40), limits_of(9, 100)));
}

TEST(send_queue_test, takes_a_message_larger_than_its_bound_when_nothing_else_waits) {
  send_queue sut;
  EXPECT_TRUE(sut.push(message_of(1, 1000), limits_of(9, 100)));
  EXPECT_FALSE(sut.push(message_of(1, 0), limits_of(9, 100)));
}

TEST(send_queue_test, releases_payloads_as_they_leave) {
  auto owner = std::make_shared<const int>(7);
  const domain::shared_bytes payload{owner, {reinterpret_cast<const std::byte*>(owner.get()), sizeof(int)}};
  send_queue sut;
  ASSERT_TRUE(sut.push({{}, payload}, {}));
  EXPECT_EQ(owner.use_count(), 3);
  sut.clear();
  EXPECT_EQ(owner.use_count(), 2);
  EXPECT_EQ(sut.bytes(), 0u);
}

} // namespace fedloom::transport
