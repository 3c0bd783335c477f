#include "tests/simulation/mesh.hpp"

#include <gtest/gtest.h>

namespace fedloom::simulation {
namespace {

domain::session_options all_of(std::uint32_t clients, std::uint32_t rounds) {
  domain::session_options options;
  options.rounds = rounds;
  options.min_clients = clients;
  return options;
}

TEST(mesh_session_test, five_rounds_commit_exactly_the_expected_bytes) {
  mesh sut({.seed = 7, .clients = 2, .combiners = 2, .elements = 100});
  const auto session = sut.start(all_of(2, 5));
  ASSERT_TRUE(sut.run_to_the_end(session));
  // c1 adds 0.25 with weight 1, c2 adds 0.5 with weight 2: the mean moves by 1.25 / 3, each round rounded to float32.
  EXPECT_EQ(sut.session(session).status, domain::session_status::finished);
  EXPECT_EQ(sut.session(session).rounds_committed, 5u);
  EXPECT_EQ(sut.violations(), "");
  float value = 0;
  std::memcpy(&value, sut.head_of(session).data() + model::read_stream(sut.head_of(session).span())->head_bytes, 4);
  EXPECT_NEAR(value, 1.0 + 5 * 1.25 / 3, 1e-6);
}

TEST(mesh_session_test, a_mean_that_float32_can_hold_is_met_to_the_bit) {
  mesh sut({.seed = 8, .clients = 3, .combiners = 2});
  auto options = all_of(3, 4);
  options.weights = domain::weighting::uniform; // (0.25 + 0.5 + 0.75) / 3 = 0.5
  const auto session = sut.start(options);
  ASSERT_TRUE(sut.run_to_the_end(session));
  EXPECT_EQ(sut.head_of(session), model_of(16, 3.0F));
}

TEST(mesh_session_test, the_same_bytes_come_out_of_any_number_of_combiners_and_any_order_of_arrival) {
  std::optional<domain::model_id> expected;
  for (std::size_t combiners = 1; combiners <= 3; ++combiners) {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", combiners " + std::to_string(combiners));
      mesh sut({.seed = seed, .clients = 7, .combiners = combiners});
      const auto session = sut.start(all_of(7, 3));
      ASSERT_TRUE(sut.run_to_the_end(session));
      ASSERT_EQ(sut.session(session).status, domain::session_status::finished);
      EXPECT_EQ(sut.violations(), "");
      EXPECT_EQ(sut.session(session).head, expected.value_or(sut.session(session).head)) << "I-11";
      expected = sut.session(session).head;
    }
  }
}

TEST(mesh_session_test, an_optimizer_makes_the_same_models_and_states_with_any_number_of_combiners) {
  using enum domain::optimizer_rule;
  for (const auto rule : {momentum, adam, yogi, adagrad}) {
    std::optional<domain::session_record> expected;
    for (std::size_t combiners = 1; combiners <= 3; ++combiners) {
      SCOPED_TRACE(std::string(to_string(rule)) + ", combiners " + std::to_string(combiners));
      mesh sut({.seed = combiners, .clients = 7, .combiners = combiners});
      auto options = all_of(7, 4);
      options.optimizer.rule = rule;
      options.server_learning_rate = 0.5;
      const auto session = sut.start(options);
      ASSERT_TRUE(sut.run_to_the_end(session));
      EXPECT_EQ(sut.violations(), "");
      const auto record = sut.session(session);
      ASSERT_TRUE(record.optimizer_state);
      expected = expected.value_or(record);
      EXPECT_EQ(record.head, expected->head) << "I-11";
      EXPECT_EQ(record.optimizer_state, expected->optimizer_state);
      EXPECT_EQ(sut.disk().models->list().size(), 1u + 4u + 2u) << "seed, four rounds, the two newest states";
    }
  }
}

TEST(mesh_session_test, one_seed_gives_one_history) {
  std::vector<std::uint64_t> steps;
  for (int i = 0; i < 2; ++i) {
    mesh sut({.seed = 5});
    EXPECT_TRUE(sut.run_to_the_end(sut.start(all_of(4, 2))));
    steps.push_back(sut.clock().steps());
  }
  EXPECT_EQ(steps[0], steps[1]);
}

TEST(mesh_session_test, models_of_several_chunks_travel_by_grant_and_credit) {
  mesh sut({.seed = 3, .clients = 3, .combiners = 2, .elements = 700'000});
  const auto session = sut.start(all_of(3, 2));
  ASSERT_TRUE(sut.run_to_the_end(session));
  EXPECT_EQ(sut.session(session).status, domain::session_status::finished);
  EXPECT_EQ(sut.violations(), "");
}

TEST(mesh_session_test, every_contribution_is_receipted_as_counted) {
  mesh sut({.seed = 11, .clients = 5, .combiners = 2});
  auto options = all_of(5, 3);
  options.validate = false;
  const auto session = sut.start(options);
  ASSERT_TRUE(sut.run_to_the_end(session));
  EXPECT_TRUE(sut.run([&] { return sut.checker().seen().counted == 15; }, std::chrono::seconds{1}))
      << sut.checker().seen().counted;
}

TEST(mesh_session_test, validations_join_the_records) {
  mesh sut({.seed = 12, .clients = 3, .combiners = 1});
  const auto session = sut.start(all_of(3, 2));
  ASSERT_TRUE(sut.run_to_the_end(session));
  EXPECT_EQ(sut.disk().records->rounds_of(session).back().validations.size(), 3u);
}

TEST(mesh_session_test, k_accepted_updates_end_a_round) {
  mesh sut({.seed = 13, .clients = 6, .combiners = 2});
  auto options = all_of(3, 2);
  options.requested_clients = 6;
  options.round_buffer_size = 3;
  const auto session = sut.start(options);
  ASSERT_TRUE(sut.run_to_the_end(session));
  EXPECT_EQ(sut.session(session).status, domain::session_status::finished);
  EXPECT_EQ(sut.violations(), "");
}

TEST(mesh_session_test, a_second_session_runs_when_the_first_has_ended) {
  mesh sut({.seed = 14});
  const auto first = sut.start(all_of(4, 2));
  const auto second = sut.start(all_of(4, 2));
  EXPECT_EQ(sut.session(second).status, domain::session_status::queued);
  ASSERT_TRUE(sut.run_to_the_end(second));
  EXPECT_EQ(sut.session(first).head, sut.session(second).head) << "the same updates, the same bytes";
  EXPECT_EQ(sut.violations(), "");
}

TEST(mesh_session_test, a_stopped_session_ends_at_once) {
  mesh sut({.seed = 15});
  const auto session = sut.start(all_of(4, 1000));
  ASSERT_TRUE(sut.run([&] { return sut.session(session).rounds_committed >= 3; }));
  sut.stop(session);
  ASSERT_TRUE(
      sut.run([&] { return sut.session(session).status == domain::session_status::stopped; }, std::chrono::seconds{1}));
  EXPECT_EQ(sut.violations(), "");
}

TEST(mesh_session_test, a_combiner_that_is_added_takes_part) {
  mesh sut({.seed = 16, .clients = 4, .combiners = 1});
  const auto session = sut.start(all_of(4, 6));
  ASSERT_TRUE(sut.run([&] { return sut.session(session).rounds_committed >= 1; }));
  sut.add_combiner();
  sut.restart("c1", std::chrono::milliseconds{10});
  sut.restart("c2", std::chrono::milliseconds{10});
  ASSERT_TRUE(sut.run_to_the_end(session));
  EXPECT_EQ(sut.session(session).status, domain::session_status::finished);
  EXPECT_EQ(sut.violations(), "");
  EXPECT_EQ(sut.disk().records->rounds_of(session).back().parts.size(), 2u);
}

} // namespace
} // namespace fedloom::simulation
