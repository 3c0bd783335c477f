#include "services/combiner/service.hpp"

#include "actors/storage/round_journal.hpp"
#include "tests/contract/journal_entries.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace fedloom::test {

using testing::HasSubstr;

/// A combiner in this process; its controller is never there.
class combiner_service_test : public testing::Test {
protected:
  combiner_service_test() {
    config_.id = "b1";
    config_.data_folder = (folder_ / "data").string();
    config_.mesh_bind = "tcp://127.0.0.1:*";
    config_.controller_endpoint = "tcp://127.0.0.1:1";
    config_.admin.enabled = false;
  }
  auto start() { return combiner::start(config_, stop_); }
  std::string journal() const { return config_.data_folder + "/journal"; }

  temporary_folder folder_;
  combiner::config config_;
  runtime::stop_request stop_;
};

TEST_F(combiner_service_test, keeps_a_journal_in_its_data_folder_and_drains_at_once_when_it_holds_nothing) {
  config_.drain_limit = domain::milliseconds{30000};
  start().value()->stop();
  EXPECT_TRUE(storage::open_rocksdb_round_journal(journal()).value()->read().value().empty());
}

TEST_F(combiner_service_test, keeps_what_it_could_not_hand_in_for_its_next_start) {
  const std::vector<storage::journalled_collection> held{{plan_under(5), {contribution_of("a", 10)}}};
  ASSERT_TRUE(storage::open_rocksdb_round_journal(journal()).value()->write({plan_under(5), answer_under(5, "a", 10)}));
  config_.drain_limit = domain::milliseconds{0};
  start().value()->stop();
  EXPECT_EQ(storage::open_rocksdb_round_journal(journal()).value()->read().value(), held);
}

TEST_F(combiner_service_test, refuses_a_data_folder_that_another_combiner_has_open) {
  const auto first = start();
  ASSERT_TRUE(first);
  const auto second = start();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, domain::errc::storage_failed);
  EXPECT_THAT(second.error().text, HasSubstr("is in use"));
}

TEST_F(combiner_service_test, sets_a_damaged_journal_aside_and_starts_with_an_empty_one) {
  start().value()->stop();
  std::ofstream(journal() + "/CURRENT") << "nonsense";
  const auto again = start();
  ASSERT_TRUE(again) << again.error().text;
  (*again)->stop();
  EXPECT_TRUE(std::filesystem::exists(journal() + ".damaged-1/CURRENT"));
}

} // namespace fedloom::test
