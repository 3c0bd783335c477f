#include "actors/controller/presence_board.hpp"
#include "actors/controller/round_feed.hpp"

#include <gtest/gtest.h>

#include <future>
#include <thread>

namespace fedloom::controller {
namespace {

constexpr std::chrono::milliseconds at_once{0};

feed_entry round_number(std::uint64_t number) {
  domain::round_record record;
  record.number = number;
  return record;
}
std::uint64_t number_of(const std::optional<feed_entry>& entry) {
  return entry ? std::get<domain::round_record>(*entry).number : 0;
}

TEST(round_feed_test, a_reader_hears_everything_from_its_cursor_on) {
  round_feed sut;
  sut.publish(round_number(1));
  auto cursor = sut.now();
  sut.publish(round_number(2));
  sut.publish(round_number(3));
  EXPECT_EQ(number_of(sut.next(cursor, {}, at_once)), 2u);
  EXPECT_EQ(number_of(sut.next(cursor, {}, at_once)), 3u);
  EXPECT_EQ(sut.next(cursor, {}, at_once), std::nullopt);
}

TEST(round_feed_test, readers_do_not_disturb_each_other) {
  round_feed sut;
  std::uint64_t one = 0;
  std::uint64_t other = 0;
  sut.publish(round_number(1));
  EXPECT_EQ(number_of(sut.next(one, {}, at_once)), 1u);
  EXPECT_EQ(number_of(sut.next(other, {}, at_once)), 1u);
}

TEST(round_feed_test, a_reader_that_fell_behind_goes_on_with_the_oldest_that_is_kept) {
  round_feed sut;
  std::uint64_t cursor = 0;
  for (std::uint64_t number = 1; number <= round_feed::kept + 5; ++number) {
    sut.publish(round_number(number));
  }
  EXPECT_EQ(number_of(sut.next(cursor, {}, at_once)), 6u);
  EXPECT_EQ(cursor, 6u);
}

TEST(round_feed_test, a_waiting_reader_is_woken_by_what_is_published) {
  round_feed sut;
  auto heard = std::async(std::launch::async, [&] {
    std::uint64_t cursor = 0;
    return number_of(sut.next(cursor, {}, std::chrono::minutes{1}));
  });
  sut.publish(round_number(4));
  EXPECT_EQ(heard.get(), 4u);
}

TEST(round_feed_test, a_waiting_reader_ends_when_it_is_asked_to_stop) {
  round_feed sut;
  std::stop_source stop;
  auto heard = std::async(std::launch::async, [&] {
    std::uint64_t cursor = 0;
    return sut.next(cursor, stop.get_token(), std::chrono::minutes{1});
  });
  stop.request_stop();
  EXPECT_EQ(heard.get(), std::nullopt);
}

TEST(presence_board_test, shows_who_is_alive) {
  presence_board sut;
  const domain::client_id client{"c1"};
  const domain::combiner_id combiner{"b1"};
  sut.set(client, true);
  sut.set(client, true);
  sut.set(combiner, true);
  EXPECT_TRUE(sut.has(client));
  EXPECT_EQ(sut.clients(), 1u);
  EXPECT_EQ(sut.combiners(), 1u);
  sut.set(client, false);
  EXPECT_FALSE(sut.has(client));
  sut.clear();
  EXPECT_FALSE(sut.has(combiner));
}

} // namespace
} // namespace fedloom::controller
