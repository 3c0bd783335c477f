#include "actors/combiner/fold_worker.hpp"
#include "actors/transfer/digests.hpp"
#include "tests/actors/aggregation/model_builder.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <future>
#include <limits>

namespace fedloom::combiner {

namespace {

using domain::errc;
using domain::lease_id;

/// The worker's answers come on its thread: each step waits for its own, with a limit.
template <class T>
T within_limit(std::future<T> answer) {
  if (answer.wait_for(std::chrono::seconds{60}) != std::future_status::ready) {
    throw std::runtime_error("the worker does not answer");
  }
  return answer.get();
}

/// Sums of models of one float tensor, with four binary digits behind the point and a total weight of 100.
class fold_worker_test : public ::testing::Test {
protected:
  static std::vector<std::byte> stream_of(const std::vector<float>& values) {
    return aggregation::model_builder{}.tensor(model::dtype::f32, values).stream();
  }
  void open(std::uint64_t lease, std::size_t elements = 2) {
    auto scales = aggregation::table(6, {2});
    scales.total_weight = 100;
    sut.open(lease_id{lease}, domain::shared_bytes::adopt(stream_of(std::vector<float>(elements))), scales);
  }
  /// As an update arrives that was uploaded without damage.
  static collection::fold update(const std::vector<std::byte>& stream, std::uint64_t weight = 1) {
    collection::fold what;
    what.client = domain::client_id{"a"};
    what.weight = weight;
    what.pieces = aggregation::cut(stream);
    for (const auto& piece : what.pieces) {
      what.announced.push_back(transfer::digest_of(piece.span()));
    }
    what.content = transfer::digest_over(what.announced);
    return what;
  }
  collection::folded fold(std::uint64_t lease, collection::fold what) {
    auto answer = std::make_shared<std::promise<collection::folded>>();
    auto waits = answer->get_future();
    sut.fold(lease_id{lease}, std::move(what), [answer](auto, auto outcome) { answer->set_value(std::move(outcome)); });
    return within_limit(std::move(waits));
  }
  std::string outcome(std::uint64_t lease, collection::fold what) {
    return std::string(to_string(fold(lease, std::move(what)).reason.code));
  }
  struct frozen_sum {
    domain::shared_bytes bytes;
    domain::digest content;
  };
  frozen_sum freeze(std::uint64_t lease) {
    auto answer = std::make_shared<std::promise<frozen_sum>>();
    auto waits = answer->get_future();
    sut.freeze(lease_id{lease}, [answer](auto, auto sum, auto content) {
      answer->set_value({std::move(sum), content});
    });
    return within_limit(std::move(waits));
  }
  static std::vector<std::int64_t> numbers(const domain::shared_bytes& bytes) {
    std::vector<std::int64_t> all(bytes.size() / sizeof(std::int64_t));
    if (!all.empty()) {
      std::memcpy(all.data(), bytes.data(), bytes.size());
    }
    return all;
  }

  fold_worker sut;
};

} // namespace

TEST_F(fold_worker_test, sums_updates_by_their_weights) {
  open(1);
  EXPECT_EQ(outcome(1, update(stream_of({1.0F, -0.5F}), 3)), "none");
  EXPECT_EQ(outcome(1, update(stream_of({0.5F, 2.0F}), 2)), "none");
  const auto sum = freeze(1);
  EXPECT_EQ(numbers(sum.bytes), (std::vector<std::int64_t>{3 * 16 + 2 * 8, -3 * 8 + 2 * 32}));
  EXPECT_EQ(sum.content, transfer::stream_digest(sum.bytes.span()));
}

TEST_F(fold_worker_test, takes_an_inline_update_by_the_digest_of_the_whole_alone) {
  open(1);
  auto what = update(stream_of({1.0F, 1.0F}));
  what.announced.clear();
  EXPECT_EQ(outcome(1, std::move(what)), "none");
}

TEST_F(fold_worker_test, refuses_bytes_that_are_not_those_that_were_announced) {
  open(1);
  auto damaged = update(stream_of({1.0F, 1.0F}));
  damaged.pieces = aggregation::cut(stream_of({1.0F, 1.5F}));
  EXPECT_EQ(outcome(1, damaged), "digest_mismatch");
  damaged.announced.clear();
  EXPECT_EQ(outcome(1, damaged), "digest_mismatch") << "inline";
  auto other = update(stream_of({1.0F, 1.0F}));
  other.content = {};
  EXPECT_EQ(outcome(1, other), "digest_mismatch") << "good chunks of another update";
  EXPECT_EQ(numbers(freeze(1).bytes), (std::vector<std::int64_t>{0, 0}));
}

TEST_F(fold_worker_test, refuses_what_must_not_reach_the_sum) { // I-9
  open(1);
  EXPECT_EQ(outcome(1, update(stream_of({1.0F, std::numeric_limits<float>::quiet_NaN()}))), "not_finite");
  EXPECT_EQ(outcome(1, update(stream_of({1.0F, std::numeric_limits<float>::infinity()}))), "not_finite");
  EXPECT_EQ(outcome(1, update(stream_of({1.0F, 1.0F, 1.0F}))), "wrong_shape");
  EXPECT_EQ(
      outcome(1, update(aggregation::model_builder{}.tensor(model::dtype::f64, std::vector<double>{1, 2}).stream())),
      "wrong_dtype");
  EXPECT_EQ(outcome(1, update(std::vector<std::byte>(64))), "malformed");
  EXPECT_EQ(numbers(freeze(1).bytes), (std::vector<std::int64_t>{0, 0}));
}

TEST_F(fold_worker_test, says_which_exponent_a_value_out_of_range_needs) {
  open(1);
  const auto refused = fold(1, update(stream_of({1.0F, 1024.0F})));
  EXPECT_EQ(refused.reason.code, errc::out_of_range);
  EXPECT_EQ(refused.needed_exponent, 4);
}

TEST_F(fold_worker_test, refuses_weights_beyond_the_rounds_total_weight) {
  open(1);
  EXPECT_EQ(outcome(1, update(stream_of({1.0F, 0.0F}), 60)), "none");
  EXPECT_EQ(outcome(1, update(stream_of({1.0F, 0.0F}), 41)), "bad_weight");
  EXPECT_EQ(outcome(1, update(stream_of({1.0F, 0.0F}), 40)), "none");
  EXPECT_EQ(numbers(freeze(1).bytes), (std::vector<std::int64_t>{1600, 0}));
}

TEST_F(fold_worker_test, keeps_the_sums_of_leases_apart) {
  open(1);
  open(2);
  outcome(1, update(stream_of({1.0F, 0.0F})));
  outcome(2, update(stream_of({0.0F, 1.0F})));
  EXPECT_EQ(numbers(freeze(1).bytes), (std::vector<std::int64_t>{16, 0}));
  EXPECT_EQ(numbers(freeze(2).bytes), (std::vector<std::int64_t>{0, 16}));
}

TEST_F(fold_worker_test, begins_anew_when_a_lease_is_opened_again) {
  open(1);
  outcome(1, update(stream_of({1.0F, 0.0F})));
  open(1);
  EXPECT_EQ(numbers(freeze(1).bytes), (std::vector<std::int64_t>{0, 0}));
}

TEST_F(fold_worker_test, knows_nothing_of_a_lease_that_was_frozen_or_dropped) {
  open(1);
  freeze(1);
  EXPECT_EQ(outcome(1, update(stream_of({1.0F, 0.0F}))), "wrong_state");
  EXPECT_TRUE(freeze(1).bytes.empty());
  open(2);
  sut.drop(lease_id{2});
  EXPECT_EQ(outcome(2, update(stream_of({1.0F, 0.0F}))), "wrong_state");
}

TEST_F(fold_worker_test, refuses_every_update_of_a_round_whose_scales_do_not_fit_its_model) {
  sut.open(lease_id{1}, domain::shared_bytes::adopt(stream_of({0.0F})), aggregation::table(6, {}));
  EXPECT_NE(outcome(1, update(stream_of({1.0F}))), "none");
}

TEST_F(fold_worker_test, lets_the_bytes_of_an_update_go_before_it_reports) {
  open(1);
  auto what = update(stream_of({1.0F, 0.0F}));
  auto owner = std::make_shared<const std::vector<std::byte>>(stream_of({1.0F, 0.0F}));
  const std::weak_ptr<const void> watched = owner;
  what.pieces = {domain::shared_bytes{owner, *owner}};
  owner.reset();
  auto answer = std::make_shared<std::promise<bool>>();
  auto waits = answer->get_future();
  sut.fold(lease_id{1}, std::move(what), [answer, watched](auto, auto) { answer->set_value(watched.expired()); });
  EXPECT_TRUE(within_limit(std::move(waits))) << "staging is given back with the report";
}

TEST_F(fold_worker_test, works_in_the_order_of_the_calls_on_updates_of_many_chunks) {
  const std::vector<float> values(600'000, 1.0F);
  open(1, values.size());
  const auto stream = stream_of(values);
  std::vector<std::future<collection::folded>> answers;
  for (int i = 0; i < 4; ++i) {
    auto answer = std::make_shared<std::promise<collection::folded>>();
    answers.push_back(answer->get_future());
    sut.fold(lease_id{1}, update(stream, 25), [answer](auto, auto outcome) { answer->set_value(std::move(outcome)); });
  }
  const auto sum = numbers(freeze(1).bytes);
  for (auto& answer : answers) {
    EXPECT_EQ(within_limit(std::move(answer)).reason.code, errc::none);
  }
  EXPECT_EQ(sum, std::vector<std::int64_t>(values.size(), 1600));
}

} // namespace fedloom::combiner
