#include "actors/storage/model_check.hpp"

#include "tests/contract/model_store_contract.hpp"
#include "tests/contract/round_store_contract.hpp"
#include "tests/support/folder_content.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>

namespace fedloom::test {

// Only what they build of records and streams is of use here.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(model_store_contract);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(round_store_contract);

using testing::AllOf;
using testing::HasSubstr;

class model_check_test : public testing::Test {
protected:
  domain::model_id put(std::uint8_t seed) {
    const auto stream = some_stream(seed);
    const auto id = model::id_of(stream);
    EXPECT_TRUE(models_->put(id, stream));
    return id;
  }
  std::filesystem::path file_of(const domain::model_id& id) const { return folder_ / (to_hex(id) + ".flm"); }
  void damage(const domain::model_id& id) {
    auto bytes = read_bytes(file_of(id));
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
    write_bytes(file_of(id), bytes);
  }

  static domain::session_record session_from(const domain::model_id& seed, const domain::model_id& head,
                                             domain::session_status status = domain::session_status::running) {
    auto session = session_at(session_a, 1);
    session.seed = seed;
    session.head = head;
    session.status = status;
    return session;
  }
  static domain::model_record record_of(const domain::model_id& id) {
    auto record = model_at(0, session_a, 1, 1);
    record.model = id;
    return record;
  }

  temporary_folder folder_;
  std::unique_ptr<storage::round_store> records_ = storage::make_memory_round_store();
  std::unique_ptr<storage::model_store> models_ = storage::open_file_model_store(folder_.path().string()).value();
  const domain::model_id seed_ = put(1);
  const domain::model_id head_ = put(2);
};

TEST_F(model_check_test, passes_an_empty_store_and_one_whose_models_are_whole) {
  EXPECT_TRUE(storage::check_models(*records_, *models_));
  ASSERT_TRUE(records_->write({.sessions = {session_from(seed_, head_)}}));
  EXPECT_TRUE(storage::check_models(*records_, *models_));
}

TEST_F(model_check_test, refuses_a_missing_head_of_every_session_that_is_not_over) {
  std::filesystem::remove(file_of(head_));
  using enum domain::session_status;
  for (const auto status : {created, queued, running, paused}) {
    ASSERT_TRUE(records_->write({.sessions = {session_from(seed_, head_, status)}}));
    const auto checked = storage::check_models(*records_, *models_);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code, domain::errc::storage_failed);
    EXPECT_THAT(checked.error().text,
                AllOf(HasSubstr(session_a), HasSubstr(to_hex(head_)), HasSubstr("restore the data folder")));
  }
  for (const auto status : {finished, failed, stopped, cancelled}) {
    ASSERT_TRUE(records_->write({.sessions = {session_from(seed_, head_, status)}}));
    EXPECT_TRUE(storage::check_models(*records_, *models_));
  }
}

TEST_F(model_check_test, refuses_a_damaged_head_and_names_its_file) {
  ASSERT_TRUE(records_->write({.sessions = {session_from(seed_, head_)}}));
  damage(head_);
  EXPECT_THAT(storage::check_models(*records_, *models_).error().text, HasSubstr(file_of(head_).string()));
}

TEST_F(model_check_test, refuses_a_missing_parent_of_an_open_round_but_not_of_an_older_one) {
  auto round = round_of(session_a, 2, 1, 2);
  round.parent = seed_;
  ASSERT_TRUE(records_->write({.sessions = {session_from(seed_, head_)}, .rounds = {round}}));
  std::filesystem::remove(file_of(seed_));
  EXPECT_FALSE(storage::check_models(*records_, *models_));
  round.status = domain::round_status::committed;
  ASSERT_TRUE(records_->write({.rounds = {round}}));
  EXPECT_TRUE(storage::check_models(*records_, *models_));
}

TEST_F(model_check_test, refuses_a_missing_state_of_the_optimizer) {
  auto session = session_from(seed_, head_);
  session.optimizer_state = put(5);
  ASSERT_TRUE(records_->write({.sessions = {session}}));
  EXPECT_TRUE(storage::check_models(*records_, *models_));
  std::filesystem::remove(file_of(*session.optimizer_state));
  EXPECT_THAT(storage::check_models(*records_, *models_).error().text, HasSubstr(to_hex(*session.optimizer_state)));
}

TEST_F(model_check_test, finds_damage_of_an_older_model_when_it_is_read) {
  ASSERT_TRUE(records_->write({.sessions = {session_from(seed_, head_)}}));
  damage(seed_);
  EXPECT_TRUE(storage::check_models(*records_, *models_));
  EXPECT_EQ(models_->get(seed_).error().code, domain::errc::storage_failed); // I-2
}

TEST_F(model_check_test, removes_only_the_models_that_no_record_names) {
  const auto uploaded = put(3);
  const auto stray = put(4);
  auto session = session_from(seed_, head_);
  session.optimizer_state = put(5);
  ASSERT_TRUE(records_->write({.sessions = {session}, .models = {record_of(uploaded)}}));
  EXPECT_EQ(storage::remove_stray_models(*records_, *models_), 1u);
  EXPECT_FALSE(models_->has(stray));
  for (const auto& kept : {seed_, head_, uploaded, *session.optimizer_state}) {
    EXPECT_TRUE(models_->get(kept));
  }
  EXPECT_EQ(storage::remove_stray_models(*records_, *models_), 0u);
}

} // namespace fedloom::test
