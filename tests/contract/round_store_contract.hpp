#pragma once
#include "actors/storage/round_store.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

/// What every round_store promises. `Implementation` is default-constructible and has `std::unique_ptr<round_store>
/// open()`.
namespace fedloom::test {

inline domain::session_record session_at(const std::string& id, std::int64_t created_ms) {
  domain::session_record record;
  record.session = domain::session_id{id};
  record.name = "name of " + id;
  record.created_at = domain::timestamp{domain::milliseconds{created_ms}};
  return record;
}

inline domain::round_record round_of(const std::string& session, std::uint32_t round, std::uint32_t attempt,
                                     std::uint64_t number) {
  domain::round_record record;
  record.key = {domain::session_id{session}, round, attempt};
  record.number = number;
  record.contributions.push_back({domain::client_id{"c1"}, 3, 3, {}, {{"loss", 0.5}}});
  record.weight = 3;
  return record;
}

inline domain::model_record model_at(std::uint8_t id, const std::string& session, std::uint32_t round,
                                     std::int64_t committed_ms) {
  domain::model_record record;
  std::array<std::uint8_t, 32> bytes{};
  bytes[0] = id;
  record.model = domain::model_id{bytes};
  record.session = domain::session_id{session};
  record.round = round;
  record.committed_at = domain::timestamp{domain::milliseconds{committed_ms}};
  return record;
}

inline domain::client_record client_named(const std::string& id) {
  domain::client_record record;
  record.client = domain::client_id{id};
  record.max_examples = 100;
  return record;
}

inline domain::combiner_record combiner_named(const std::string& id) {
  domain::combiner_record record;
  record.combiner = domain::combiner_id{id};
  record.endpoint = "tcp://127.0.0.1:1";
  return record;
}

inline const std::string session_a = "aaaaaaaa-0000-4000-8000-000000000000";
inline const std::string session_b = "bbbbbbbb-0000-4000-8000-000000000000";

template <class Implementation>
class round_store_contract : public testing::Test {
protected:
  Implementation implementation_;
  std::unique_ptr<storage::round_store> store_ = implementation_.open();
};

TYPED_TEST_SUITE_P(round_store_contract);

TYPED_TEST_P(round_store_contract, is_empty_at_first) {
  auto& store = *this->store_;
  EXPECT_TRUE(store.sessions().empty());
  EXPECT_TRUE(store.rounds().empty());
  EXPECT_TRUE(store.models().empty());
  EXPECT_TRUE(store.clients().empty());
  EXPECT_TRUE(store.combiners().empty());
  EXPECT_EQ(store.last_round_number(), 0u);
}

TYPED_TEST_P(round_store_contract, reads_back_every_kind_of_record_as_it_was_written) {
  storage::batch changes;
  changes.sessions = {session_at(session_a, 7)};
  changes.rounds = {round_of(session_a, 1, 1, 1)};
  changes.models = {model_at(1, session_a, 1, 9)};
  changes.clients = {client_named("c1")};
  changes.combiners = {combiner_named("b1")};
  ASSERT_TRUE(this->store_->write(changes));
  EXPECT_EQ(this->store_->sessions(), changes.sessions);
  EXPECT_EQ(this->store_->rounds(), changes.rounds);
  EXPECT_EQ(this->store_->models(), changes.models);
  EXPECT_EQ(this->store_->clients(), changes.clients);
  EXPECT_EQ(this->store_->combiners(), changes.combiners);
}

TYPED_TEST_P(round_store_contract, takes_an_empty_batch) {
  EXPECT_TRUE(storage::batch{}.empty());
  EXPECT_TRUE(this->store_->write({}));
}

TYPED_TEST_P(round_store_contract, replaces_a_record_of_the_same_key_whole) {
  auto record = session_at(session_a, 7);
  ASSERT_TRUE(this->store_->write({.sessions = {record}}));
  record.name = "";
  record.status = domain::session_status::finished;
  ASSERT_TRUE(this->store_->write({.sessions = {record}}));
  EXPECT_EQ(this->store_->sessions(), std::vector{record});
}

TYPED_TEST_P(round_store_contract, lists_sessions_by_creation) {
  ASSERT_TRUE(this->store_->write({.sessions = {session_at(session_a, 20), session_at(session_b, 10)}}));
  EXPECT_EQ(this->store_->sessions(), (std::vector{session_at(session_b, 10), session_at(session_a, 20)}));
}

TYPED_TEST_P(round_store_contract, finds_a_session_by_id_or_says_not_found) {
  ASSERT_TRUE(this->store_->write({.sessions = {session_at(session_a, 20)}}));
  EXPECT_EQ(this->store_->session(domain::session_id{session_a}).value(), session_at(session_a, 20));
  EXPECT_EQ(this->store_->session(domain::session_id{session_b}).error().code, domain::errc::not_found);
}

TYPED_TEST_P(round_store_contract, lists_rounds_by_number_over_all_sessions) {
  ASSERT_TRUE(this->store_->write({.rounds = {round_of(session_b, 1, 1, 1), round_of(session_a, 1, 1, 2)}}));
  ASSERT_TRUE(this->store_->write({.rounds = {round_of(session_b, 2, 1, 3)}}));
  EXPECT_EQ(this->store_->rounds(),
            (std::vector{round_of(session_b, 1, 1, 1), round_of(session_a, 1, 1, 2), round_of(session_b, 2, 1, 3)}));
}

TYPED_TEST_P(round_store_contract, lists_the_rounds_of_one_session_by_round_and_attempt) {
  ASSERT_TRUE(this->store_->write({.rounds = {round_of(session_a, 256, 1, 5), round_of(session_a, 2, 2, 4),
                                              round_of(session_a, 2, 1, 3), round_of(session_b, 1, 1, 2)}}));
  EXPECT_EQ(this->store_->rounds_of(domain::session_id{session_a}),
            (std::vector{round_of(session_a, 2, 1, 3), round_of(session_a, 2, 2, 4), round_of(session_a, 256, 1, 5)}));
}

TYPED_TEST_P(round_store_contract, does_not_mix_sessions_whose_ids_begin_alike) {
  ASSERT_TRUE(this->store_->write({.rounds = {round_of("s", 1, 1, 1), round_of("s1", 1, 1, 2)}}));
  EXPECT_EQ(this->store_->rounds_of(domain::session_id{"s"}), std::vector{round_of("s", 1, 1, 1)});
}

TYPED_TEST_P(round_store_contract, knows_the_greatest_round_number) {
  ASSERT_TRUE(this->store_->write({.rounds = {round_of(session_a, 1, 1, 300), round_of(session_a, 2, 1, 7)}}));
  EXPECT_EQ(this->store_->last_round_number(), 300u);
}

TYPED_TEST_P(round_store_contract, lists_models_by_commit_and_keeps_the_same_bytes_at_two_nodes) {
  const std::vector models{model_at(2, "", 0, 1), model_at(2, session_a, 0, 2), model_at(2, session_a, 1, 3),
                           model_at(1, "", 0, 4)};
  ASSERT_TRUE(this->store_->write({.models = {models[3], models[1], models[2], models[0]}}));
  EXPECT_EQ(this->store_->models(), models);
}

TYPED_TEST_P(round_store_contract, lists_clients_and_combiners_by_id) {
  ASSERT_TRUE(this->store_->write(
      {.clients = {client_named("b"), client_named("a")}, .combiners = {combiner_named("2"), combiner_named("1")}}));
  EXPECT_EQ(this->store_->clients(), (std::vector{client_named("a"), client_named("b")}));
  EXPECT_EQ(this->store_->combiners(), (std::vector{combiner_named("1"), combiner_named("2")}));
}

TYPED_TEST_P(round_store_contract, counts_terms_from_one) {
  EXPECT_EQ(this->store_->next_term().value(), domain::term{1});
  EXPECT_EQ(this->store_->next_term().value(), domain::term{2});
}

TYPED_TEST_P(round_store_contract, shows_a_batch_whole_or_not_at_all_to_other_threads) {
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (std::uint32_t round = 1; round <= 50; ++round) {
      ASSERT_TRUE(this->store_->write(
          {.rounds = {round_of(session_a, round, 1, round), round_of(session_a, round, 2, round)}}));
    }
    done = true;
  });
  while (!done) {
    EXPECT_EQ(this->store_->rounds_of(domain::session_id{session_a}).size() % 2, 0u);
  }
  writer.join();
  EXPECT_EQ(this->store_->rounds().size(), 100u);
}

REGISTER_TYPED_TEST_SUITE_P(round_store_contract, is_empty_at_first, reads_back_every_kind_of_record_as_it_was_written,
                            takes_an_empty_batch, replaces_a_record_of_the_same_key_whole, lists_sessions_by_creation,
                            finds_a_session_by_id_or_says_not_found, lists_rounds_by_number_over_all_sessions,
                            lists_the_rounds_of_one_session_by_round_and_attempt,
                            does_not_mix_sessions_whose_ids_begin_alike, knows_the_greatest_round_number,
                            lists_models_by_commit_and_keeps_the_same_bytes_at_two_nodes,
                            lists_clients_and_combiners_by_id, counts_terms_from_one,
                            shows_a_batch_whole_or_not_at_all_to_other_threads);

} // namespace fedloom::test
