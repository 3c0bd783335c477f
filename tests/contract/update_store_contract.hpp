#pragma once
#include "actors/client/update_store.hpp"
#include "actors/transfer/digests.hpp"
#include "tests/actors/transfer/streams.hpp"

#include <gtest/gtest.h>

#include <thread>

/// What every update_store promises. `Implementation` is default-constructible and has
/// `std::shared_ptr<update_store> open()`.
namespace fedloom::test {

inline domain::round_key update_round(std::uint32_t number, std::uint32_t attempt = 1) {
  return {domain::session_id{"0b4f5c1e-5f3e-4b9e-9f53-0d2b1c1f8a11"}, number, attempt};
}

inline client::stored_update some_update(std::uint32_t number, std::uint64_t chunks = 1, std::uint64_t rest = 100) {
  const auto stream = transfer::stream_of(static_cast<std::uint32_t>(chunks), rest + number);
  auto digests = std::make_shared<const std::vector<domain::digest>>(transfer::chunk_digests(stream.span()));
  const client::trained_update trained{{stream, number, {{"loss", 0.5}}}, digests};
  return {{update_round(number), describe(trained, {})}, stream, digests};
}

inline bool is_same(const client::stored_update& one, const client::stored_update& other) {
  return one.head == other.head && one.stream == other.stream && *one.chunk_digests == *other.chunk_digests;
}

/// The numbers of their rounds, for example "1.1 3.2".
inline std::string rounds_in(const client::update_store& store) {
  std::string text;
  for (const auto& one : store.all()) {
    text +=
        (text.empty() ? "" : " ") + std::to_string(one.head.round.round) + "." + std::to_string(one.head.round.attempt);
  }
  return text;
}

template <class Implementation>
class update_store_contract : public testing::Test {
protected:
  Implementation implementation_;
  std::shared_ptr<client::update_store> store_ = implementation_.open();

  void put(std::uint32_t number) { ASSERT_TRUE(store_->put(some_update(number))); }
};

TYPED_TEST_SUITE_P(update_store_contract);

TYPED_TEST_P(update_store_contract, gives_back_what_was_put) {
  this->put(1);
  const auto all = this->store_->all();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_TRUE(is_same(all.front(), some_update(1)));
}

TYPED_TEST_P(update_store_contract, answers_the_bytes_to_work_with) {
  const auto update = some_update(1);
  EXPECT_EQ(this->store_->put(update), update.stream);
}

TYPED_TEST_P(update_store_contract, lists_the_oldest_first) {
  this->put(2);
  this->put(3);
  this->put(1);
  EXPECT_EQ(rounds_in(*this->store_), "2.1 3.1 1.1");
}

TYPED_TEST_P(update_store_contract, puts_a_newer_update_in_the_place_of_one_with_the_same_key) {
  this->put(1);
  this->put(2);
  auto newer = some_update(1, 2);
  ASSERT_TRUE(this->store_->put(newer));
  EXPECT_EQ(rounds_in(*this->store_), "2.1 1.1");
  EXPECT_TRUE(is_same(this->store_->all().back(), newer));
}

TYPED_TEST_P(update_store_contract, drops_one_and_keeps_the_others) {
  this->put(1);
  this->put(2);
  this->store_->drop(update_round(1));
  this->store_->drop(update_round(7));
  EXPECT_EQ(rounds_in(*this->store_), "2.1");
}

TYPED_TEST_P(update_store_contract, finds_a_moved_update_under_its_new_key) {
  this->put(1);
  this->put(2);
  EXPECT_TRUE(this->store_->move(update_round(1), update_round(1, 12)));
  EXPECT_EQ(rounds_in(*this->store_), "1.12 2.1");
  this->store_->drop(update_round(1, 12));
  EXPECT_EQ(rounds_in(*this->store_), "2.1");
}

TYPED_TEST_P(update_store_contract, moves_nothing_when_there_is_nothing) {
  EXPECT_TRUE(this->store_->move(update_round(1), update_round(1, 2)));
  EXPECT_EQ(rounds_in(*this->store_), "");
}

TYPED_TEST_P(update_store_contract, leaves_bytes_alive_that_are_dropped_or_outlive_the_store) {
  const auto update = some_update(1);
  const auto held = this->store_->put(update).value();
  this->store_->drop(update_round(1));
  EXPECT_EQ(held, update.stream);
  this->store_.reset();
  EXPECT_EQ(held, update.stream);
}

TYPED_TEST_P(update_store_contract, takes_and_drops_from_many_threads) {
  std::vector<std::thread> threads;
  for (std::uint32_t i = 1; i <= 4; ++i) {
    threads.emplace_back([&, i] {
      this->put(i);
      this->put(10 + i);
      this->store_->drop(update_round(i));
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(this->store_->all().size(), 4u);
}

REGISTER_TYPED_TEST_SUITE_P(update_store_contract, gives_back_what_was_put, answers_the_bytes_to_work_with,
                            lists_the_oldest_first, puts_a_newer_update_in_the_place_of_one_with_the_same_key,
                            drops_one_and_keeps_the_others, finds_a_moved_update_under_its_new_key,
                            moves_nothing_when_there_is_nothing,
                            leaves_bytes_alive_that_are_dropped_or_outlive_the_store,
                            takes_and_drops_from_many_threads);

} // namespace fedloom::test
