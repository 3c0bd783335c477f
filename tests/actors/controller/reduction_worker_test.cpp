#include "actors/controller/reduction_worker.hpp"
#include "actors/transfer/digests.hpp"
#include "tests/actors/aggregation/model_builder.hpp"

#include <gtest/gtest.h>

#include <future>

namespace fedloom::controller {
namespace {

using aggregation::cut;
using aggregation::model_builder;
using aggregation::values_of;

/// Has everything and takes nothing.
class full_store final : public storage::model_store {
public:
  explicit full_store(std::unique_ptr<storage::model_store> what) : what_(std::move(what)) {}
  domain::expected<void> put(const domain::model_id&, domain::byte_span) override {
    return domain::failure(domain::errc::storage_full, "no room");
  }
  domain::expected<domain::shared_bytes> get(const domain::model_id& id) const override { return what_->get(id); }
  bool has(const domain::model_id& id) const override { return what_->has(id); }
  domain::expected<void> remove(const domain::model_id& id) override { return what_->remove(id); }
  std::vector<domain::model_id> list() const override { return what_->list(); }

private:
  std::unique_ptr<storage::model_store> what_;
};

/// On its real thread; every report is waited for with a limit.
class reduction_worker_test : public testing::Test {
protected:
  domain::expected<prepared_model> loaded(const domain::model_id& model) {
    return reported([&](auto report) { sut.load(model, std::move(report)); });
  }
  domain::expected<prepared_model> averaged(reduction::average how = {}) {
    return reported([&](auto report) { sut.average(how, std::move(report)); });
  }
  domain::errc merged(reduction::merge what) {
    auto promise = std::make_shared<std::promise<domain::errc>>();
    auto future = promise->get_future();
    sut.merge(std::move(what), [promise](auto, const domain::error& reason) { promise->set_value(reason.code); });
    return future.wait_for(limit) == std::future_status::ready ? future.get() : domain::errc::timed_out;
  }
  /// The sum of one update of this weight, as a combiner would send it.
  reduction::merge sum_of(const std::vector<float>& update, std::uint64_t weight) {
    aggregation::accumulator part(global.head(), scales, scales.total_weight);
    part.add(cut(model_builder{}.tensor(model::dtype::f32, update).stream()), weight);
    const auto bytes = domain::shared_bytes::copy_of(std::as_bytes(std::span{part.sum()}));
    const auto digest = transfer::digest_of(bytes.span());
    return {domain::lease_id{1}, {bytes}, {digest}, transfer::digest_over(std::vector{digest}), weight};
  }
  void open_sum() {
    ASSERT_TRUE(models->put(id, stream));
    sut.open_sum({{domain::session_id{"s"}, 1, 1}, id, scales});
  }

  static constexpr std::chrono::seconds limit{30};
  model_builder global = model_builder{}.tensor(model::dtype::f32, std::vector<float>{1, 2});
  std::vector<std::byte> stream = global.stream();
  domain::model_id id = model::id_of(stream);
  domain::scale_table scales{30, 4, {1}};
  std::unique_ptr<storage::model_store> models = storage::make_memory_model_store();
  reduction_worker sut{*models};

  template <class Ask>
  static domain::expected<prepared_model> reported(Ask&& ask) {
    auto promise = std::make_shared<std::promise<domain::expected<prepared_model>>>();
    auto future = promise->get_future();
    ask([promise](domain::expected<prepared_model> outcome) { promise->set_value(std::move(outcome)); });
    return future.wait_for(limit) == std::future_status::ready ? future.get()
                                                               : domain::failure(domain::errc::timed_out, "no report");
  }
};

TEST_F(reduction_worker_test, loads_a_model_with_its_exponents_and_digests) {
  ASSERT_TRUE(models->put(id, stream));
  const auto found = loaded(id);
  ASSERT_TRUE(found) << found.error().text;
  EXPECT_EQ(found->head.model, id);
  EXPECT_EQ(found->head.stream_bytes, stream.size());
  EXPECT_EQ(found->head.exponents, std::vector<std::int32_t>{1});
  EXPECT_EQ(*found->served.chunk_digests, std::vector{transfer::digest_of(stream)});
}

TEST_F(reduction_worker_test, says_when_a_model_is_not_there) {
  EXPECT_EQ(loaded(id).error().code, domain::errc::not_found);
}

TEST_F(reduction_worker_test, merges_parts_and_makes_their_mean_durable) {
  open_sum();
  EXPECT_EQ(merged(sum_of({1, 4}, 1)), domain::errc::none);
  EXPECT_EQ(merged(sum_of({5, 8}, 3)), domain::errc::none);
  const auto mean = averaged();
  ASSERT_TRUE(mean) << mean.error().text;
  EXPECT_EQ(values_of<float>(mean->served.stream.span(), 0), (std::vector<float>{4, 7}));
  EXPECT_EQ(mean->head.model, model::id_of(mean->served.stream.span()));
  EXPECT_EQ(models->get(mean->head.model).value(), mean->served.stream) << "I-2";
}

TEST_F(reduction_worker_test, applies_the_server_learning_rate) {
  open_sum();
  merged(sum_of({3, 4}, 4));
  const auto mean = averaged({{}, aggregation::fedavg{0.5}});
  ASSERT_TRUE(mean) << mean.error().text;
  EXPECT_EQ(values_of<float>(mean->served.stream.span(), 0), (std::vector<float>{2, 3}));
}

TEST_F(reduction_worker_test, late_updates_count_by_what_they_changed_in_their_own_parents) {
  const auto older = model_builder{}.tensor(model::dtype::f32, std::vector<float>{5, 5}).stream();
  const auto parent = model::id_of(older);
  ASSERT_TRUE(models->put(parent, older));
  open_sum();
  merged(sum_of({2, 4}, 2)); // +1, +2
  merged(sum_of({8, 9}, 1)); // +3, +4
  const auto next = averaged({{}, {}, 4, {{parent, 1}}});
  ASSERT_TRUE(next) << next.error().text;
  EXPECT_EQ(values_of<float>(next->served.stream.span(), 0), (std::vector<float>{1 + 1.25F, 2 + 2}));
  EXPECT_TRUE(models->has(next->head.model));
}

TEST_F(reduction_worker_test, a_parent_that_is_missing_or_not_alike_ends_the_attempt_with_its_reason) {
  open_sum();
  merged(sum_of({2, 4}, 2));
  EXPECT_EQ(averaged({{}, {}, 0, {{domain::model_id{}, 1}}}).error().code, domain::errc::not_found);
  const auto other = model_builder{}.tensor(model::dtype::f32, std::vector<float>{5}).stream();
  ASSERT_TRUE(models->put(model::id_of(other), other));
  open_sum();
  merged(sum_of({2, 4}, 2));
  EXPECT_EQ(averaged({{}, {}, 0, {{model::id_of(other), 1}}}).error().code, domain::errc::wrong_shape);
  EXPECT_EQ(averaged().error().code, domain::errc::wrong_state) << "the sum is closed";
}

TEST_F(reduction_worker_test, a_disk_that_is_full_ends_the_attempt_with_its_reason) {
  open_sum();
  full_store full(std::move(models));
  reduction_worker on_full_disk(full);
  on_full_disk.open_sum({{domain::session_id{"s"}, 1, 1}, id, scales});
  on_full_disk.merge(sum_of({2, 4}, 2), [](auto, const auto&) {});
  const auto next = reported([&](auto report) { on_full_disk.average({}, std::move(report)); });
  EXPECT_EQ(next.error().code, domain::errc::storage_full);
}

TEST_F(reduction_worker_test, weights_that_cannot_be_are_refused) {
  for (const auto& how : {reduction::average{{}, {}, 1}, reduction::average{{}, {}, std::uint64_t{1} << 61},
                          reduction::average{{}, {}, 0, {{id, 3}}}}) {
    open_sum();
    merged(sum_of({2, 4}, 2));
    EXPECT_EQ(averaged(how).error().code, domain::errc::bad_weight);
  }
}

TEST_F(reduction_worker_test, a_damaged_sum_does_not_touch_the_mean) {
  open_sum();
  auto damaged = sum_of({5, 8}, 1);
  damaged.announced[0] = {};
  EXPECT_EQ(merged(damaged), domain::errc::digest_mismatch);
  auto another = sum_of({5, 8}, 1);
  another.content = {};
  EXPECT_EQ(merged(another), domain::errc::digest_mismatch);
  EXPECT_EQ(merged(sum_of({1, 4}, 4)), domain::errc::none);
  EXPECT_EQ(values_of<float>(averaged()->served.stream.span(), 0), (std::vector<float>{1, 4}));
}

TEST_F(reduction_worker_test, refuses_more_weight_than_was_planned) {
  open_sum();
  EXPECT_EQ(merged(sum_of({1, 4}, 3)), domain::errc::none);
  EXPECT_EQ(merged(sum_of({1, 4}, 2)), domain::errc::bad_weight);
}

TEST_F(reduction_worker_test, without_an_open_sum_there_is_nothing_to_merge_or_to_average) {
  EXPECT_EQ(merged(sum_of({1, 4}, 1)), domain::errc::wrong_state);
  EXPECT_EQ(averaged().error().code, domain::errc::wrong_state);
  open_sum();
  EXPECT_EQ(averaged().error().code, domain::errc::wrong_state) << "nothing was merged";
}

TEST_F(reduction_worker_test, a_sum_whose_model_is_missing_says_so_when_parts_come) {
  sut.open_sum({{domain::session_id{"s"}, 1, 1}, id, scales});
  EXPECT_EQ(merged(sum_of({1, 4}, 1)), domain::errc::not_found);
}

TEST_F(reduction_worker_test, a_new_sum_begins_empty) {
  open_sum();
  merged(sum_of({9, 9}, 2));
  open_sum();
  merged(sum_of({1, 4}, 1));
  EXPECT_EQ(values_of<float>(averaged()->served.stream.span(), 0), (std::vector<float>{1, 4}));
}

TEST_F(reduction_worker_test, a_closed_sum_is_gone) {
  open_sum();
  sut.close_sum();
  EXPECT_EQ(merged(sum_of({1, 4}, 1)), domain::errc::wrong_state);
}

} // namespace
} // namespace fedloom::controller
