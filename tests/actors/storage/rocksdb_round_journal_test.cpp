#include "tests/contract/round_journal_contract.hpp"
#include "tests/support/small_disk.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace fedloom::test {

using testing::HasSubstr;

struct rocksdb_round_journals {
  temporary_folder folder;
  std::unique_ptr<storage::round_journal> open() const {
    return storage::open_rocksdb_round_journal(folder.path().string()).value();
  }
};

INSTANTIATE_TYPED_TEST_SUITE_P(rocksdb, round_journal_contract, rocksdb_round_journals);

class rocksdb_round_journal_test : public testing::Test {
protected:
  auto open() const { return storage::open_rocksdb_round_journal((folder_ / "journal").string()); }

  temporary_folder folder_;
};

TEST_F(rocksdb_round_journal_test, has_everything_after_close_and_reopen) {
  ASSERT_TRUE(open().value()->write({plan_under(5), answer_under(5, "a", 10), end_of(4, true)}));
  EXPECT_EQ(open().value()->read().value(), (std::vector<storage::journalled_collection>{
                                                {end_of(4, true), {}}, {plan_under(5), {contribution_of("a", 10)}}}));
}

TEST_F(rocksdb_round_journal_test, forgets_for_ever) {
  ASSERT_TRUE(open().value()->write({plan_under(5), answer_under(5, "a", 10)}));
  ASSERT_TRUE(open().value()->write({storage::forgotten_lease{domain::lease_id{5}}}));
  EXPECT_TRUE(open().value()->read().value().empty());
}

TEST_F(rocksdb_round_journal_test, refuses_a_folder_that_is_open_elsewhere_and_says_what_to_do) {
  const auto first = open();
  ASSERT_TRUE(first);
  const auto second = open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, domain::errc::storage_failed);
  EXPECT_THAT(second.error().text, HasSubstr("give each its own data folder"));
}

TEST_F(rocksdb_round_journal_test, refuses_a_folder_that_cannot_be_created) {
  std::ofstream(folder_ / "journal") << "a file in the way";
  const auto journal = open();
  ASSERT_FALSE(journal);
  EXPECT_THAT(journal.error().text, HasSubstr((folder_ / "journal").string()));
}

TEST_F(rocksdb_round_journal_test, writes_nothing_on_a_full_disk_and_says_so) {
  const small_disk disk(folder_ / "disk", std::size_t{8} << 20);
  if (!disk.mounted()) {
    GTEST_SKIP() << "needs the right to mount a small disk";
  }
  const auto folder = (disk.path() / "journal").string();
  auto journal = storage::open_rocksdb_round_journal(folder).value();
  ASSERT_TRUE(journal->write({plan_under(5)}));
  auto large = plan_under(6);
  for (int i = 0; i < 5000; ++i) {
    large.plan.cohort.emplace_back("client-with-a-name-of-some-length-" + std::to_string(i));
  }
  disk.fill();
  const auto refused = journal->write({answer_under(5, "a", 1), large});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, domain::errc::storage_full);
  EXPECT_THAT(refused.error().text, HasSubstr("free some space"));
  EXPECT_EQ(journal->read().value(), (std::vector<storage::journalled_collection>{{plan_under(5), {}}}));
  disk.release();
  const auto again = journal->write({large});
  EXPECT_TRUE(again) << "goes on as soon as there is room: " << to_string(again.error());
}

} // namespace fedloom::test
