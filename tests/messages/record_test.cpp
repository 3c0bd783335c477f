#include "messages/codec/entity.hpp"
#include "messages/codec/journal.hpp"
#include "messages/codec/record.hpp"
#include "tests/messages/samples.hpp"

#include <gtest/gtest.h>

#include <random>

using namespace fedloom;
using namespace fedloom::domain;

namespace {

using bytes = std::vector<std::byte>;

/// Damages `whole` in many ways; `decode` must answer each with a record or with storage_failed.
template <class Decode>
void survive_damage(const bytes& whole, Decode decode) {
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const auto answer = decode(bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
    EXPECT_TRUE(answer || answer.error().code == errc::storage_failed);
  }
  std::mt19937 random{22};
  for (int run = 0; run < 5000; ++run) {
    auto damaged = whole;
    damaged[random() % damaged.size()] ^= static_cast<std::byte>(random() | 1U);
    const auto answer = decode(damaged);
    EXPECT_TRUE(answer || answer.error().code == errc::storage_failed);
  }
}

} // namespace

TEST(record_test, every_record_comes_back_as_it_was_written) {
  EXPECT_EQ(codec::decode_session(codec::encode(test::sample_session_record())), test::sample_session_record());
  EXPECT_EQ(codec::decode_round(codec::encode(test::sample_round_record())), test::sample_round_record());
  EXPECT_EQ(codec::decode_model(codec::encode(test::sample_model_record())), test::sample_model_record());
  EXPECT_EQ(codec::decode_client(codec::encode(test::sample_client_record())), test::sample_client_record());
  EXPECT_EQ(codec::decode_combiner(codec::encode(test::sample_combiner_record())), test::sample_combiner_record());
  EXPECT_EQ(codec::decode_journalled_plan(codec::encode(test::sample_journalled_plan())),
            test::sample_journalled_plan());
  EXPECT_EQ(codec::decode_journalled_answer(codec::encode(test::sample_journalled_answer())),
            test::sample_journalled_answer());
  EXPECT_EQ(codec::decode_package(codec::encode(test::sample_package_record())), test::sample_package_record());
  EXPECT_EQ(codec::decode_active(codec::encode(test::sample_active_record())), test::sample_active_record());
  EXPECT_EQ(codec::decode_run(codec::encode(test::sample_run_record())), test::sample_run_record());
  EXPECT_EQ(codec::decode_prediction(codec::encode(test::sample_prediction_record())),
            test::sample_prediction_record());
  EXPECT_EQ(codec::decode_attribute(codec::encode(test::sample_attribute_record())), test::sample_attribute_record());
  EXPECT_EQ(codec::decode_measurement(codec::encode(test::sample_measurement_record())),
            test::sample_measurement_record());
  EXPECT_EQ(codec::decode_answer(codec::encode(test::sample_answer_record())), test::sample_answer_record());
  EXPECT_EQ(codec::decode_journalled_end(codec::encode(test::sample_journalled_end())), test::sample_journalled_end());
  EXPECT_EQ(codec::decode_kept_update(codec::encode(test::sample_kept_update())), test::sample_kept_update());
}

TEST(record_test, records_at_their_defaults_come_back_too) {
  EXPECT_EQ(codec::decode_session(codec::encode(session_record{})), session_record{});
  EXPECT_EQ(codec::decode_round(codec::encode(round_record{})), round_record{});
  EXPECT_EQ(codec::decode_model(codec::encode(model_record{})), model_record{});
  EXPECT_EQ(codec::decode_client(codec::encode(client_record{})), client_record{});
  EXPECT_EQ(codec::decode_combiner(codec::encode(combiner_record{})), combiner_record{});
  EXPECT_EQ(codec::decode_package(codec::encode(package_record{})), package_record{});
  EXPECT_EQ(codec::decode_active(codec::encode(active_record{})), active_record{});
  EXPECT_EQ(codec::decode_run(codec::encode(run_record{})), run_record{});
  EXPECT_EQ(codec::decode_prediction(codec::encode(prediction_record{})), prediction_record{});
  EXPECT_EQ(codec::decode_attribute(codec::encode(attribute_record{})), attribute_record{});
  EXPECT_EQ(codec::decode_measurement(codec::encode(measurement_record{})), measurement_record{});
  EXPECT_EQ(codec::decode_answer(codec::encode(answer_record{})), answer_record{});
}

TEST(record_test, an_uploaded_model_has_no_parent_and_an_all_zero_parent_is_one) {
  auto record = test::sample_model_record();
  record.parent.reset();
  EXPECT_EQ(codec::decode_model(codec::encode(record)), record);
  record.parent = model_id{};
  EXPECT_EQ(codec::decode_model(codec::encode(record)), record);
}

TEST(record_test, a_round_of_ten_thousand_clients_with_64_metrics_each_comes_back) {
  auto record = test::sample_round_record();
  std::vector<metric> metrics(64, {"a metric's name", 0.0});
  record.contributions.clear();
  for (auto& client : test::sample_clients(10000)) {
    record.contributions.push_back({std::move(client), 1, 1, {}, metrics});
  }
  EXPECT_EQ(codec::decode_round(codec::encode(record)), record);
}

TEST(record_test, a_long_error_text_is_kept_whole) {
  auto record = test::sample_session_record();
  record.reason.text.assign(100000, 'x');
  EXPECT_EQ(codec::decode_session(codec::encode(record)), record);
}

TEST(record_test, one_kind_of_record_is_not_read_as_another) {
  const auto answer = codec::decode_client(codec::encode(test::sample_combiner_record()));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, errc::storage_failed);
  EXPECT_FALSE(codec::decode_round(codec::encode(test::sample_session_record())));
}

TEST(record_test, damaged_records_are_refused_or_read_but_never_crash) {
  survive_damage(codec::encode(test::sample_session_record()), codec::decode_session);
  survive_damage(codec::encode(test::sample_round_record()), codec::decode_round);
  survive_damage(codec::encode(test::sample_model_record()), codec::decode_model);
  survive_damage(codec::encode(test::sample_client_record()), codec::decode_client);
  survive_damage(codec::encode(test::sample_combiner_record()), codec::decode_combiner);
  survive_damage(codec::encode(test::sample_package_record()), codec::decode_package);
  survive_damage(codec::encode(test::sample_active_record()), codec::decode_active);
  survive_damage(codec::encode(test::sample_run_record()), codec::decode_run);
  survive_damage(codec::encode(test::sample_prediction_record()), codec::decode_prediction);
  survive_damage(codec::encode(test::sample_attribute_record()), codec::decode_attribute);
  survive_damage(codec::encode(test::sample_measurement_record()), codec::decode_measurement);
  survive_damage(codec::encode(test::sample_answer_record()), codec::decode_answer);
  survive_damage(codec::encode(test::sample_journalled_plan()), codec::decode_journalled_plan);
  survive_damage(codec::encode(test::sample_journalled_answer()), codec::decode_journalled_answer);
  survive_damage(codec::encode(test::sample_journalled_end()), codec::decode_journalled_end);
  survive_damage(codec::encode(test::sample_kept_update()), codec::decode_kept_update);
}

TEST(record_test, a_record_is_read_from_any_address) {
  const auto whole = codec::encode(test::sample_round_record());
  for (std::size_t shift = 1; shift < 8; ++shift) {
    bytes moved(shift);
    moved.insert(moved.end(), whole.begin(), whole.end());
    EXPECT_EQ(codec::decode_round(byte_span(moved).subspan(shift)), test::sample_round_record());
  }
}
