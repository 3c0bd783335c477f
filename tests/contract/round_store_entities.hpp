#pragma once
#include "tests/contract/round_store_contract.hpp"

/// What every round_store promises of the records beside sessions, rounds, models, clients and combiners, and of pages.
namespace fedloom::test {

inline domain::timestamp at_ms(std::int64_t milliseconds) {
  return domain::timestamp{domain::milliseconds{milliseconds}};
}

inline domain::package_record package_at(const std::string& id, std::int64_t committed_ms) {
  domain::package_record record;
  record.package = domain::package_id{id};
  record.name = "name of " + id;
  record.committed_at = at_ms(committed_ms);
  return record;
}

inline domain::run_record run_of(const std::string& id, const std::string& session, std::int64_t started_ms) {
  domain::run_record record;
  record.run = domain::run_id{id};
  record.session = domain::session_id{session};
  record.started_at = at_ms(started_ms);
  return record;
}

inline domain::prediction_record prediction_at(const std::string& id, std::int64_t asked_ms) {
  domain::prediction_record record;
  record.prediction = domain::prediction_id{id};
  record.contributions.emplace_back();
  record.contributions.back().output = R"({"class": 7})";
  record.asked_at = at_ms(asked_ms);
  return record;
}

inline domain::attribute_record attribute_of(const std::string& client, const std::string& key,
                                             const std::string& value) {
  domain::attribute_record record;
  record.client = domain::client_id{client};
  record.key = key;
  record.value = value;
  return record;
}

inline domain::measurement_record measured(const std::string& client, const std::string& key, double value,
                                           std::int64_t milliseconds) {
  domain::measurement_record record;
  record.client = domain::client_id{client};
  record.key = key;
  record.value = value;
  record.at = at_ms(milliseconds);
  return record;
}

inline domain::answer_record answer_to(const std::string& key, std::int64_t milliseconds) {
  domain::answer_record record;
  record.key = key;
  record.status = 201;
  record.at = at_ms(milliseconds);
  return record;
}

/// The running numbers of the records on a page.
template <class Record>
std::vector<std::uint64_t> numbers(const storage::round_store& store, const storage::visit_range& which = {}) {
  std::vector<std::uint64_t> found;
  for (const auto& record : store.page<Record>(which)) {
    found.push_back(record.number);
  }
  return found;
}

inline std::vector<double> values(const storage::round_store& store) {
  std::vector<double> found;
  for (const auto& record : store.page<domain::measurement_record>({})) {
    found.push_back(record.value);
  }
  return found;
}

template <class Implementation>
class round_store_entities : public testing::Test {
protected:
  /// Room for few, so that the bounds can be seen.
  static constexpr storage::record_limits limits{.attributes = 3, .measurements = 4, .answers = 2};

  void write_rounds(std::uint32_t first, std::uint32_t last) {
    for (auto round = first; round <= last; ++round) {
      ASSERT_TRUE(store_->write({.rounds = {round_of(round % 2 == 0 ? session_a : session_b, round, 1, round)}}));
    }
  }

  Implementation implementation_;
  std::unique_ptr<storage::round_store> store_ = implementation_.open(limits);
};

using numbers_of = std::vector<std::uint64_t>;

TYPED_TEST_SUITE_P(round_store_entities);

TYPED_TEST_P(round_store_entities, gives_back_each_kind_by_its_id) {
  storage::batch changes;
  changes.packages = {package_at("p", 1)};
  changes.active = domain::active_record{domain::package_id{"p"}, "numpyhelper"};
  changes.runs = {run_of("r", session_a, 1)};
  changes.predictions = {prediction_at("q", 1)};
  changes.attributes = {attribute_of("c1", "gpu", "none")};
  changes.measurements = {measured("c1", "cpu", 0.5, 1)};
  changes.answers = {answer_to("key", 1)};
  EXPECT_EQ(this->store_->active(), domain::active_record{});
  ASSERT_TRUE(this->store_->write(changes));
  const auto& store = *this->store_;
  EXPECT_EQ(store.find(domain::package_id{"p"}).value(), changes.packages[0]);
  EXPECT_EQ(store.active(), *changes.active);
  EXPECT_EQ(store.find(domain::run_id{"r"}).value(), changes.runs[0]);
  EXPECT_EQ(store.find(domain::prediction_id{"q"}).value(), changes.predictions[0]);
  EXPECT_EQ(store.attribute(1).value().value, "none");
  EXPECT_EQ(store.measurement(1).value().value, 0.5);
  EXPECT_EQ(store.answer("key").value(), changes.answers[0]);
}

TYPED_TEST_P(round_store_entities, says_which_record_is_not_there) {
  const auto& store = *this->store_;
  EXPECT_EQ(store.find(domain::package_id{"p"}).error(), (domain::error{domain::errc::not_found, "no package p"}));
  EXPECT_EQ(store.find(domain::client_id{"c"}).error().text, "no client c");
  EXPECT_EQ(store.find(domain::run_id{"r"}).error().text, "no run r");
  EXPECT_EQ(store.round(7).error(), (domain::error{domain::errc::not_found, "no round 7"}));
  EXPECT_EQ(store.attribute(7).error().code, domain::errc::not_found);
  EXPECT_EQ(store.find(domain::model_id{}).error().code, domain::errc::not_found);
}

TYPED_TEST_P(round_store_entities, has_a_page_of_rounds_from_either_end) {
  this->write_rounds(1, 9);
  const auto& store = *this->store_;
  EXPECT_EQ(store.template count<domain::round_record>(), 9u);
  EXPECT_EQ(numbers<domain::round_record>(store, {.skip = 2, .take = 3}), (numbers_of{3, 4, 5}));
  EXPECT_EQ(numbers<domain::round_record>(store, {.newest_first = true, .skip = 2, .take = 3}), (numbers_of{7, 6, 5}));
  EXPECT_EQ(numbers<domain::round_record>(store, {.newest_first = true, .skip = 8}), (numbers_of{1}));
  EXPECT_EQ(numbers<domain::round_record>(store, {.skip = 9}), numbers_of{});
  EXPECT_EQ(numbers<domain::round_record>(store, {.skip = 1, .take = 0}), numbers_of{});
  EXPECT_EQ(store.round(4).value(), round_of(session_a, 4, 1, 4));
  EXPECT_EQ(store.round({domain::session_id{session_b}, 3, 1}).value(), round_of(session_b, 3, 1, 3));
}

TYPED_TEST_P(round_store_entities, pages_through_records_of_the_same_time_without_loss) {
  const std::vector models{model_at(1, session_a, 1, 5), model_at(2, session_a, 2, 7), model_at(3, session_a, 3, 7),
                           model_at(4, session_a, 4, 7), model_at(5, session_a, 5, 9)};
  ASSERT_TRUE(this->store_->write({.models = models}));
  for (std::size_t i = 0; i < models.size(); ++i) {
    EXPECT_EQ(this->store_->template page<domain::model_record>({.skip = i, .take = 1}), std::vector{models[i]});
    EXPECT_EQ(this->store_->template page<domain::model_record>({.newest_first = true, .skip = i, .take = 1}),
              std::vector{models[models.size() - 1 - i]});
  }
}

TYPED_TEST_P(round_store_entities, ends_a_visit_on_request_and_may_be_asked_during_it) {
  this->write_rounds(1, 5);
  numbers_of seen;
  this->store_->template visit<domain::round_record>({}, [&](domain::round_record&& one) {
    seen.push_back(this->store_->round(one.number).value().number);
    return seen.size() < 2;
  });
  EXPECT_EQ(seen, (numbers_of{1, 2}));
}

TYPED_TEST_P(round_store_entities, counts_a_replaced_record_once_and_moves_it_to_its_new_time) {
  auto client = client_named("a");
  client.joined_at = at_ms(1);
  auto other = client_named("b");
  other.joined_at = at_ms(2);
  ASSERT_TRUE(this->store_->write({.clients = {client, other}}));
  client.joined_at = at_ms(3);
  ASSERT_TRUE(this->store_->write({.clients = {client}}));
  EXPECT_EQ(this->store_->template count<domain::client_record>(), 2u);
  EXPECT_EQ(this->store_->template page<domain::client_record>({}), (std::vector{other, client}));
}

TYPED_TEST_P(round_store_entities, finds_a_model_by_its_id_at_its_first_node) {
  auto renamed = model_at(2, session_a, 1, 3);
  ASSERT_TRUE(this->store_->write({.models = {renamed, model_at(2, "", 0, 1), model_at(2, session_a, 0, 2)}}));
  EXPECT_EQ(this->store_->find(renamed.model).value(), model_at(2, "", 0, 1));
  EXPECT_EQ(this->store_->nodes_of(renamed.model).size(), 3u);
  renamed.model = model_at(9, "", 0, 0).model; // the round was done again
  ASSERT_TRUE(this->store_->write({.models = {renamed}}));
  EXPECT_EQ(this->store_->nodes_of(model_at(2, "", 0, 0).model).size(), 2u);
  EXPECT_EQ(this->store_->find(renamed.model).value(), renamed);
  EXPECT_EQ(this->store_->models_of(domain::session_id{session_a}).size(), 2u);
}

TYPED_TEST_P(round_store_entities, lists_the_runs_of_a_session_by_their_start) {
  ASSERT_TRUE(
      this->store_->write({.runs = {run_of("x", session_a, 2), run_of("y", session_a, 1), run_of("z", session_b, 3)}}));
  EXPECT_EQ(this->store_->runs_of(domain::session_id{session_a}),
            (std::vector{run_of("y", session_a, 1), run_of("x", session_a, 2)}));
}

TYPED_TEST_P(round_store_entities, erases_clients_and_combiners) {
  ASSERT_TRUE(this->store_->write({.clients = {client_named("a"), client_named("b")},
                                   .combiners = {combiner_named("1")},
                                   .attributes = {attribute_of("a", "gpu", "one"), attribute_of("b", "gpu", "two")}}));
  ASSERT_TRUE(this->store_->write({.erased_clients = {domain::client_id{"a"}, domain::client_id{"unknown"}},
                                   .erased_combiners = {domain::combiner_id{"1"}}}));
  EXPECT_EQ(this->store_->clients(), std::vector{client_named("b")});
  EXPECT_EQ(this->store_->template page<domain::client_record>({}), std::vector{client_named("b")});
  EXPECT_EQ(this->store_->template count<domain::client_record>(), 1u);
  EXPECT_TRUE(this->store_->combiners().empty());
  EXPECT_TRUE(this->store_->attributes_of(domain::client_id{"a"}).empty());
  EXPECT_EQ(this->store_->attributes_of(domain::client_id{"b"}).size(), 1u);
}

TYPED_TEST_P(round_store_entities, numbers_attributes_and_knows_the_newest_of_each_key) {
  ASSERT_TRUE(this->store_->write({.attributes = {attribute_of("c", "gpu", "old"), attribute_of("c", "cpu", "x")}}));
  ASSERT_TRUE(this->store_->write({.attributes = {attribute_of("c", "gpu", "new")}}));
  EXPECT_EQ(numbers<domain::attribute_record>(*this->store_), (numbers_of{1, 2, 3}));
  const auto current = this->store_->attributes_of(domain::client_id{"c"});
  ASSERT_EQ(current.size(), 2u);
  EXPECT_EQ(current[0].value, "x");
  EXPECT_EQ(current[1].value, "new");
  EXPECT_EQ(current[1].number, 3u);
}

TYPED_TEST_P(round_store_entities, lets_the_oldest_attributes_go_and_keeps_the_current_ones) {
  ASSERT_TRUE(this->store_->write({.attributes = {attribute_of("quiet", "gpu", "said once")}}));
  for (const auto* value : {"1", "2", "3"}) {
    ASSERT_TRUE(this->store_->write({.attributes = {attribute_of("loud", "gpu", value)}}));
  }
  EXPECT_EQ(numbers<domain::attribute_record>(*this->store_), (numbers_of{2, 3, 4}));
  EXPECT_EQ(this->store_->attributes_of(domain::client_id{"quiet"}).at(0).value, "said once");
}

TYPED_TEST_P(round_store_entities, forgets_what_a_machine_measured_long_before_under_the_same_key) {
  constexpr std::int64_t five_minutes = 300'000;
  auto of_a_round = measured("c", "cpu", 1, 0);
  of_a_round.round = {domain::session_id{session_a}, 1, 1};
  ASSERT_TRUE(this->store_->write({.measurements = {of_a_round, measured("c", "cpu", 2, 0)}}));
  ASSERT_TRUE(this->store_->write({.measurements = {measured("other", "cpu", 3, five_minutes + 1)}}));
  ASSERT_TRUE(this->store_->write({.measurements = {measured("c", "cpu", 4, five_minutes)}}));
  EXPECT_EQ(values(*this->store_), (std::vector<double>{1, 2, 3, 4}));
  ASSERT_TRUE(this->store_->write({.measurements = {measured("c", "cpu", 5, five_minutes + 1)}}));
  EXPECT_EQ(values(*this->store_), (std::vector<double>{1, 3, 4, 5}));
}

TYPED_TEST_P(round_store_entities, lets_the_oldest_measurements_go_at_the_bound) {
  for (int value = 1; value <= 6; ++value) {
    ASSERT_TRUE(this->store_->write({.measurements = {measured("c", std::to_string(value), value, value)}}));
  }
  EXPECT_EQ(values(*this->store_), (std::vector<double>{3, 4, 5, 6}));
  EXPECT_EQ(this->store_->template count<domain::measurement_record>(), 4u);
  EXPECT_EQ(this->store_->measurement(1).error().code, domain::errc::not_found);
}

TYPED_TEST_P(round_store_entities, does_not_mix_keys_that_begin_alike) {
  const std::string odd{"a\0b", 3};
  ASSERT_TRUE(this->store_->write({.measurements = {measured("c", "a", 1, 0), measured("c", odd, 2, 0)}}));
  ASSERT_TRUE(this->store_->write({.measurements = {measured("c", "a", 3, 400'000)}}));
  EXPECT_EQ(values(*this->store_), (std::vector<double>{2, 3}));
}

TYPED_TEST_P(round_store_entities, keeps_the_newest_answers) {
  ASSERT_TRUE(this->store_->write({.answers = {answer_to("z", 1), answer_to("y", 2)}}));
  ASSERT_TRUE(this->store_->write({.answers = {answer_to("x", 3)}}));
  EXPECT_FALSE(this->store_->answer("z"));
  EXPECT_EQ(this->store_->answer("y").value(), answer_to("y", 2));
  EXPECT_EQ(this->store_->answer("x").value(), answer_to("x", 3));
}

REGISTER_TYPED_TEST_SUITE_P(round_store_entities, gives_back_each_kind_by_its_id, says_which_record_is_not_there,
                            has_a_page_of_rounds_from_either_end, pages_through_records_of_the_same_time_without_loss,
                            ends_a_visit_on_request_and_may_be_asked_during_it,
                            counts_a_replaced_record_once_and_moves_it_to_its_new_time,
                            finds_a_model_by_its_id_at_its_first_node, lists_the_runs_of_a_session_by_their_start,
                            erases_clients_and_combiners, numbers_attributes_and_knows_the_newest_of_each_key,
                            lets_the_oldest_attributes_go_and_keeps_the_current_ones,
                            forgets_what_a_machine_measured_long_before_under_the_same_key,
                            lets_the_oldest_measurements_go_at_the_bound, does_not_mix_keys_that_begin_alike,
                            keeps_the_newest_answers);

} // namespace fedloom::test
