#include "actors/controller/reducer.hpp"
#include "actors/transfer/digests.hpp"
#include "tests/actors/aggregation/model_builder.hpp"

#include <gtest/gtest.h>

namespace fedloom::controller {
namespace {

using aggregation::adaptive_rule;
using aggregation::cut;
using aggregation::fedavgm;
using aggregation::fedopt;
using aggregation::model_builder;
using aggregation::server_optimizer;
using aggregation::values_of;
using domain::errc;

const server_optimizer all_optimizers[] = {fedavgm{0.5, 0.9}, fedopt{adaptive_rule::adam, 0.1},
                                           fedopt{adaptive_rule::yogi, 0.1}, fedopt{adaptive_rule::adagrad, 0.1}};

/// A store whose disk has room for so many streams more.
class small_model_store final : public storage::model_store {
public:
  int room = 1000;
  domain::expected<void> put(const domain::model_id& id, domain::byte_span stream) override {
    return room-- > 0 ? under_->put(id, stream) : domain::failure(errc::storage_full, "no room");
  }
  domain::expected<domain::shared_bytes> get(const domain::model_id& id) const override { return under_->get(id); }
  bool has(const domain::model_id& id) const override { return under_->has(id); }
  domain::expected<void> remove(const domain::model_id& id) override { return under_->remove(id); }
  std::vector<domain::model_id> list() const override { return under_->list(); }

private:
  std::unique_ptr<storage::model_store> under_ = storage::make_memory_model_store();
};

/// One client's update: what it adds to each of the two parameters, and its examples.
struct lesson {
  float first;
  float second;
  std::uint64_t weight;
};

class reducer_optimizer_test : public testing::Test {
protected:
  reducer_optimizer_test() { EXPECT_TRUE(models.put(seed, stream)); }

  static std::vector<std::byte> model_of(float first, float second) {
    return model_builder{}.tensor(model::dtype::f32, std::vector<float>{first, second}).stream();
  }
  /// The sum of these updates, as a combiner would send it.
  reduction::merge part(domain::byte_span parent, const std::vector<lesson>& updates) {
    aggregation::accumulator sum(shape.head(), scales, scales.total_weight);
    const auto at = values_of<float>(parent, 0);
    std::uint64_t weight = 0;
    for (const auto& one : updates) {
      sum.add(cut(model_of(at[0] + one.first, at[1] + one.second)), one.weight);
      weight += one.weight;
    }
    const auto bytes = domain::shared_bytes::copy_of(std::as_bytes(std::span{sum.sum()}));
    const auto digest = transfer::digest_of(bytes.span());
    return {domain::lease_id{1}, {bytes}, {digest}, transfer::digest_over(std::vector{digest}), weight};
  }
  /// One round from this model and state; each list is one combiner's.
  domain::expected<prepared_model> round(const server_optimizer& how, const domain::model_id& from,
                                         const std::optional<domain::model_id>& state,
                                         const std::vector<std::vector<lesson>>& combiners) {
    sut.open_sum({{domain::session_id{"s"}, 1, 1}, from, scales});
    const auto parent = models.get(from).value();
    for (const auto& updates : combiners) {
      EXPECT_EQ(sut.merge(part(parent.span(), updates)), domain::error{});
    }
    return sut.average({{}, how, 0, {}, state});
  }
  domain::expected<prepared_model> first_round(const server_optimizer& how) {
    return round(how, seed, {}, {{{1, 0, 2}}});
  }

  model_builder shape = model_builder{}.tensor(model::dtype::f32, std::vector<float>{1, 2});
  std::vector<std::byte> stream = shape.stream();
  domain::model_id seed = model::id_of(stream);
  domain::scale_table scales{30, 16, {8}};
  small_model_store models;
  reducer sut{models};
};

TEST_F(reducer_optimizer_test, one_combiner_and_three_of_unequal_weight_make_the_same_models_and_states) {
  const lesson a{0.5F, -1, 3};
  const lesson b{0.25F, 2, 1};
  const lesson c{-0.75F, 0.125F, 7};
  for (const auto& how : all_optimizers) {
    auto [one, three] = std::pair{seed, seed};
    std::optional<domain::model_id> one_state;
    std::optional<domain::model_id> three_state;
    for (int i = 0; i < 3; ++i) {
      const auto by_one = round(how, one, one_state, {{a, b, c}});
      const auto by_three = round(how, three, three_state, {{c}, {a}, {b}});
      ASSERT_TRUE(by_one && by_three);
      EXPECT_EQ(by_one->head.model, by_three->head.model) << "I-11";
      ASSERT_TRUE(by_one->head.optimizer_state);
      EXPECT_EQ(by_one->head.optimizer_state, by_three->head.optimizer_state);
      std::tie(one, one_state) = std::pair{by_one->head.model, by_one->head.optimizer_state};
      std::tie(three, three_state) = std::pair{by_three->head.model, by_three->head.optimizer_state};
    }
    EXPECT_NE(one, seed);
  }
}

TEST_F(reducer_optimizer_test, a_step_goes_on_from_the_state_of_the_one_before) {
  const auto first = first_round(fedavgm{1.0, 0.5});
  ASSERT_TRUE(first) << first.error().text;
  EXPECT_EQ(values_of<float>(first->served.stream.span(), 0), (std::vector<float>{2, 2}));
  const auto second = round(fedavgm{1.0, 0.5}, first->head.model, first->head.optimizer_state, {{{0, 0, 1}}});
  ASSERT_TRUE(second) << second.error().text;
  EXPECT_EQ(values_of<float>(second->served.stream.span(), 0), (std::vector<float>{2.5, 2}))
      << "though nobody moved it";
}

TEST_F(reducer_optimizer_test, model_and_state_are_durable_when_the_step_returns) {
  for (const auto& how : all_optimizers) {
    const auto next = first_round(how);
    ASSERT_TRUE(next && next->head.optimizer_state);
    EXPECT_TRUE(models.has(next->head.model)) << "I-2";
    const auto state = models.get(*next->head.optimizer_state).value();
    EXPECT_EQ(model::id_of(state.span()), next->head.optimizer_state);
  }
}

TEST_F(reducer_optimizer_test, an_attempt_that_is_made_again_starts_from_the_old_state) {
  const auto first = first_round(all_optimizers[1]);
  const auto lost = round(all_optimizers[1], first->head.model, first->head.optimizer_state, {{{3, 3, 1}}});
  const auto again = round(all_optimizers[1], first->head.model, first->head.optimizer_state, {{{1, 0, 1}}});
  const auto undisturbed = round(all_optimizers[1], first->head.model, first->head.optimizer_state, {{{1, 0, 1}}});
  ASSERT_TRUE(lost && again && undisturbed);
  EXPECT_EQ(again->head.model, undisturbed->head.model);
  EXPECT_EQ(again->head.optimizer_state, undisturbed->head.optimizer_state);
}

TEST_F(reducer_optimizer_test, the_average_keeps_no_state) {
  const auto next = first_round(aggregation::fedavg{0.5});
  ASSERT_TRUE(next);
  EXPECT_EQ(next->head.optimizer_state, std::nullopt);
  EXPECT_EQ(models.list().size(), 2u) << "seed and head";
}

TEST_F(reducer_optimizer_test, works_on_the_mean_from_which_older_parents_were_taken_out) {
  const auto older = model_of(5, 5);
  const auto parent = model::id_of(older);
  ASSERT_TRUE(models.put(parent, older));
  sut.open_sum({{domain::session_id{"s"}, 1, 1}, seed, scales});
  EXPECT_EQ(sut.merge(part(stream, {{1, 2, 2}})), domain::error{});
  EXPECT_EQ(sut.merge(part(older, {{3, 4, 1}})), domain::error{});
  const auto next = sut.average({{}, fedavgm{1.0, 0.5}, 4, {{parent, 1}}, {}});
  ASSERT_TRUE(next) << next.error().text;
  EXPECT_EQ(values_of<float>(next->served.stream.span(), 0), (std::vector<float>{1 + 1.25F, 2 + 2}));
  EXPECT_EQ(values_of<float>(models.get(*next->head.optimizer_state)->span(), 0), (std::vector<float>{1.25F, 2}));
}

TEST_F(reducer_optimizer_test, a_step_that_leaves_the_numbers_range_stores_nothing) {
  const auto next = first_round(fedopt{adaptive_rule::adam, 1000, 0.9, 0.99, 1e-12});
  ASSERT_TRUE(next) << next.error().text;
  const auto before = models.list();
  const auto huge = model_of(3e38F, 0);
  ASSERT_TRUE(models.put(model::id_of(huge), huge));
  scales.exponents = {130};
  const auto failed = round(fedavgm{1000, 0.5}, model::id_of(huge), {}, {{{0.2e38F, 0, 1}}});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, errc::not_finite);
  EXPECT_EQ(models.list().size(), before.size() + 1) << "the huge model alone";
}

TEST_F(reducer_optimizer_test, a_state_that_cannot_be_read_or_is_of_another_kind_ends_the_attempt) {
  EXPECT_EQ(round(all_optimizers[0], seed, domain::model_id{}, {{{1, 0, 2}}}).error().code, errc::not_found);
  const auto adam = first_round(all_optimizers[1]);
  const auto mixed = round(all_optimizers[0], seed, adam->head.optimizer_state, {{{1, 0, 2}}});
  ASSERT_FALSE(mixed);
  EXPECT_NE(mixed.error().text.find("no state of the session's aggregator"), std::string::npos) << mixed.error().text;
}

TEST_F(reducer_optimizer_test, a_disk_without_room_for_both_ends_the_attempt) {
  models.room = 0;
  EXPECT_EQ(first_round(all_optimizers[0]).error().code, errc::storage_full);
  models.room = 1;
  EXPECT_EQ(first_round(all_optimizers[0]).error().code, errc::storage_full);
  models.room = 2;
  EXPECT_TRUE(first_round(all_optimizers[0]));
}

TEST_F(reducer_optimizer_test, a_dropped_state_is_gone) {
  const auto next = first_round(all_optimizers[0]);
  sut.drop_state(*next->head.optimizer_state);
  EXPECT_FALSE(models.has(*next->head.optimizer_state));
  EXPECT_TRUE(models.has(next->head.model));
}

} // namespace
} // namespace fedloom::controller
