#pragma once
#include "actors/model/stream.hpp"
#include "actors/storage/model_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

/// What every model_store promises. `Implementation` is default-constructible and has
/// `std::unique_ptr<model_store> open()`.
namespace fedloom::test {

/// A valid stream of one u8 tensor; different seeds give different models.
inline std::vector<std::byte> some_stream(std::uint8_t seed, std::uint64_t elements = 1000) {
  auto stream = model::blank_stream({{{"w", model::dtype::u8, {elements}}}});
  const auto data = model::read_stream(stream).value().data.size();
  for (std::size_t i = 0; i < elements; ++i) {
    stream[stream.size() - data + i] = static_cast<std::byte>(seed + i);
  }
  return stream;
}

template <class Implementation>
class model_store_contract : public testing::Test {
protected:
  Implementation implementation_;
  std::unique_ptr<storage::model_store> store_ = implementation_.open();

  domain::model_id put(const std::vector<std::byte>& stream) {
    const auto id = model::id_of(stream);
    EXPECT_TRUE(store_->put(id, stream));
    return id;
  }
};

TYPED_TEST_SUITE_P(model_store_contract);

TYPED_TEST_P(model_store_contract, gives_back_what_was_put) {
  const auto stream = some_stream(1);
  const auto id = this->put(stream);
  EXPECT_TRUE(std::ranges::equal(this->store_->get(id).value().span(), stream));
}

TYPED_TEST_P(model_store_contract, says_not_found_for_what_is_absent) {
  const auto id = model::id_of(some_stream(1));
  EXPECT_FALSE(this->store_->has(id));
  EXPECT_EQ(this->store_->get(id).error().code, domain::errc::not_found);
}

TYPED_TEST_P(model_store_contract, takes_the_same_model_twice) {
  const auto id = this->put(some_stream(1));
  this->put(some_stream(1));
  EXPECT_EQ(this->store_->list(), std::vector{id});
}

TYPED_TEST_P(model_store_contract, removes_a_model_that_someone_still_reads) {
  const auto stream = some_stream(1);
  const auto id = this->put(stream);
  const auto read = this->store_->get(id).value();
  EXPECT_TRUE(this->store_->remove(id));
  EXPECT_FALSE(this->store_->has(id));
  EXPECT_TRUE(std::ranges::equal(read.span(), stream));
  EXPECT_TRUE(this->store_->remove(id)) << "it is absent";
}

TYPED_TEST_P(model_store_contract, lists_all_models_in_the_order_of_their_ids) {
  std::vector ids{this->put(some_stream(1)), this->put(some_stream(2)), this->put(some_stream(3))};
  std::ranges::sort(ids);
  EXPECT_EQ(this->store_->list(), ids);
  EXPECT_TRUE(this->store_->has(ids[1]));
}

TYPED_TEST_P(model_store_contract, leaves_bytes_alive_that_outlive_the_store) {
  const auto stream = some_stream(4);
  const auto id = this->put(stream);
  const auto held = this->store_->get(id).value();
  this->store_.reset();
  EXPECT_TRUE(std::ranges::equal(held.span(), stream));
}

TYPED_TEST_P(model_store_contract, lets_many_threads_put_the_same_model) {
  const auto stream = some_stream(5, 300000);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { this->put(stream); });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  EXPECT_TRUE(std::ranges::equal(this->store_->get(model::id_of(stream)).value().span(), stream));
}

TYPED_TEST_P(model_store_contract, takes_a_stream_piece_by_piece) {
  const auto stream = some_stream(6, 5000);
  const auto id = model::id_of(stream);
  const auto writer = this->store_->begin();
  for (std::size_t at = 0; at < stream.size(); at += 700) {
    EXPECT_TRUE(writer->append(domain::byte_span(stream).subspan(at, std::min<std::size_t>(700, stream.size() - at))));
  }
  EXPECT_FALSE(this->store_->has(id));
  EXPECT_TRUE(writer->sync());
  EXPECT_TRUE(this->store_->list().empty()) << "it has no name yet";
  EXPECT_TRUE(writer->finish(id));
  EXPECT_TRUE(std::ranges::equal(this->store_->get(id).value().span(), stream));
}

TYPED_TEST_P(model_store_contract, takes_piece_by_piece_what_it_has_already) {
  const auto id = this->put(some_stream(6));
  const auto writer = this->store_->begin();
  EXPECT_TRUE(writer->append(some_stream(6)));
  EXPECT_TRUE(writer->finish(id));
  EXPECT_EQ(this->store_->list(), std::vector{id});
}

TYPED_TEST_P(model_store_contract, keeps_nothing_of_a_stream_that_is_not_finished) {
  {
    const auto writer = this->store_->begin();
    EXPECT_TRUE(writer->append(some_stream(6)));
    EXPECT_TRUE(writer->sync());
  }
  EXPECT_TRUE(this->store_->list().empty());
}

REGISTER_TYPED_TEST_SUITE_P(model_store_contract, gives_back_what_was_put, says_not_found_for_what_is_absent,
                            takes_the_same_model_twice, removes_a_model_that_someone_still_reads,
                            lists_all_models_in_the_order_of_their_ids, leaves_bytes_alive_that_outlive_the_store,
                            lets_many_threads_put_the_same_model, takes_a_stream_piece_by_piece,
                            takes_piece_by_piece_what_it_has_already, keeps_nothing_of_a_stream_that_is_not_finished);

} // namespace fedloom::test
