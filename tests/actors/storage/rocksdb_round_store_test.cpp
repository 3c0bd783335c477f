#include "tests/contract/round_store_contract.hpp"
#include "tests/support/small_disk.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace fedloom::test {

using testing::HasSubstr;

struct rocksdb_round_stores {
  temporary_folder folder;
  std::unique_ptr<storage::round_store> open() const {
    return storage::open_rocksdb_round_store(folder.path().string()).value();
  }
};

INSTANTIATE_TYPED_TEST_SUITE_P(rocksdb, round_store_contract, rocksdb_round_stores);

class rocksdb_round_store_test : public testing::Test {
protected:
  auto open() const { return storage::open_rocksdb_round_store((folder_ / "store").string()); }

  temporary_folder folder_;
};

TEST_F(rocksdb_round_store_test, has_everything_after_close_and_reopen) {
  storage::batch changes;
  changes.sessions = {session_at(session_a, 7)};
  changes.rounds = {round_of(session_a, 1, 1, 1), round_of(session_a, 1, 2, 41)};
  changes.models = {model_at(1, session_a, 1, 9)};
  changes.clients = {client_named("c1")};
  changes.combiners = {combiner_named("b1")};
  ASSERT_TRUE(open().value()->write(changes));
  const auto store = open().value();
  EXPECT_EQ(store->sessions(), changes.sessions);
  EXPECT_EQ(store->rounds(), changes.rounds);
  EXPECT_EQ(store->models(), changes.models);
  EXPECT_EQ(store->clients(), changes.clients);
  EXPECT_EQ(store->combiners(), changes.combiners);
  EXPECT_EQ(store->last_round_number(), 41u);
}

TEST_F(rocksdb_round_store_test, raises_the_term_by_one_at_each_start) {
  for (std::uint64_t start = 1; start <= 3; ++start) {
    EXPECT_EQ(open().value()->next_term().value(), domain::term{start});
  }
}

TEST_F(rocksdb_round_store_test, refuses_a_folder_that_is_open_elsewhere_and_says_what_to_do) {
  const auto first = open();
  ASSERT_TRUE(first);
  const auto second = open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, domain::errc::storage_failed);
  EXPECT_THAT(second.error().text, HasSubstr("give each its own data folder"));
}

TEST_F(rocksdb_round_store_test, refuses_a_folder_that_cannot_be_created) {
  std::ofstream(folder_ / "store") << "a file in the way";
  const auto store = open();
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, domain::errc::storage_failed);
  EXPECT_THAT(store.error().text, HasSubstr((folder_ / "store").string()));
}

TEST_F(rocksdb_round_store_test, refuses_a_damaged_store_and_says_what_to_do) {
  open().value().reset();
  std::ofstream(folder_ / "store/CURRENT") << "nonsense";
  const auto store = open();
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, domain::errc::storage_failed);
  EXPECT_THAT(store.error().text, HasSubstr("restore the folder from a backup"));
}

TEST_F(rocksdb_round_store_test, keeps_the_folder_to_its_user) {
  open().value().reset();
  EXPECT_EQ(std::filesystem::status(folder_ / "store").permissions(), std::filesystem::perms::owner_all);
}

TEST_F(rocksdb_round_store_test, writes_nothing_on_a_full_disk_and_goes_on_after_a_restart) {
  const small_disk disk(folder_ / "disk", std::size_t{8} << 20);
  if (!disk.mounted()) {
    GTEST_SKIP() << "needs the right to mount a small disk";
  }
  const auto store_folder = (disk.path() / "store").string();
  auto store = storage::open_rocksdb_round_store(store_folder).value();
  ASSERT_TRUE(store->write({.clients = {client_named("before")}}));
  auto large = client_named("large");
  large.name.assign(200000, 'x');
  disk.fill();
  const auto refused = store->write({.clients = {client_named("half"), large}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, domain::errc::storage_failed);
  EXPECT_THAT(refused.error().text, HasSubstr("free at least"));
  EXPECT_EQ(store->clients(), std::vector{client_named("before")});
  disk.release();
  store.reset();
  store = storage::open_rocksdb_round_store(store_folder).value();
  ASSERT_TRUE(store->write({.clients = {client_named("after")}}));
  EXPECT_EQ(store->clients(), (std::vector{client_named("after"), client_named("before")}));
}

} // namespace fedloom::test
