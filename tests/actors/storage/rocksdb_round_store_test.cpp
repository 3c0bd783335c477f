#include "actors/storage/database.hpp"
#include "actors/storage/record_keys.hpp"
#include "messages/codec/record.hpp"
#include "tests/contract/round_store_entities.hpp"
#include "tests/support/folder_content.hpp"
#include "tests/support/small_disk.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace fedloom::test {

using testing::AllOf;
using testing::HasSubstr;

struct rocksdb_round_stores {
  temporary_folder folder;
  std::unique_ptr<storage::round_store> open(const storage::record_limits& limits = {}) const {
    return storage::open_rocksdb_round_store(folder.path().string(), {}, limits).value();
  }
};

INSTANTIATE_TYPED_TEST_SUITE_P(rocksdb, round_store_contract, rocksdb_round_stores);
INSTANTIATE_TYPED_TEST_SUITE_P(rocksdb, round_store_entities, rocksdb_round_stores);

class rocksdb_round_store_test : public testing::Test {
protected:
  auto open() const { return storage::open_rocksdb_round_store((folder_ / "store").string()); }

  void set_format(std::uint64_t format) {
    const auto raw = storage::database::open((folder_ / "store").string(), layout).value();
    rocksdb::WriteBatch batch;
    raw->put_counter(batch, "format", format);
    ASSERT_TRUE(raw->write(batch));
  }

  /// A store as a version without an index wrote it.
  void write_without_index(const std::vector<domain::round_record>& rounds,
                           const std::vector<domain::model_record>& models) {
    const auto raw = storage::database::open((folder_ / "store").string(),
                                             {{"sessions", "rounds", "models", "clients", "combiners"}, 2})
                         .value();
    rocksdb::WriteBatch batch;
    const auto put = [&](std::size_t family, const std::string& key, const std::vector<std::byte>& value) {
      batch.Put(raw->family(family), key, {reinterpret_cast<const char*>(value.data()), value.size()});
    };
    for (const auto& round : rounds) {
      put(1, storage::key_of(round), codec::encode(round));
    }
    for (const auto& model : models) {
      put(2, storage::key_of(model), codec::encode(model));
    }
    ASSERT_TRUE(raw->write(batch));
  }

  const storage::database_layout layout{{"sessions", "rounds", "models", "clients", "combiners", "entities", "index"},
                                        3};
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

TEST_F(rocksdb_round_store_test, takes_over_a_store_of_the_version_before_with_all_its_records) {
  ASSERT_TRUE(open().value()->write({.rounds = {round_of(session_a, 1, 1, 41)}, .clients = {client_named("c1")}}));
  set_format(1);
  for (int start = 0; start < 2; ++start) {
    const auto store = open().value();
    EXPECT_EQ(store->clients(), std::vector{client_named("c1")});
    EXPECT_EQ(store->last_round_number(), 41u);
  }
}

TEST_F(rocksdb_round_store_test, indexes_a_store_that_was_written_without_an_index_once) {
  write_without_index({round_of(session_b, 1, 1, 7), round_of(session_a, 1, 1, 41)}, {model_at(3, session_a, 1, 5)});
  for (int start = 0; start < 2; ++start) {
    const auto store = open().value();
    EXPECT_EQ(numbers<domain::round_record>(*store, {.newest_first = true}), (numbers_of{41, 7}));
    EXPECT_EQ(store->round(7).value(), round_of(session_b, 1, 1, 7));
    EXPECT_EQ(store->find(model_at(3, "", 0, 0).model).value(), model_at(3, session_a, 1, 5));
    EXPECT_EQ(store->last_round_number(), 41u);
  }
}

TEST_F(rocksdb_round_store_test, refuses_to_index_a_store_with_a_round_that_cannot_be_read_and_leaves_it_as_it_was) {
  write_without_index({round_of(session_a, 1, 1, 1)}, {});
  {
    const auto raw = storage::database::open((folder_ / "store").string(),
                                             {{"sessions", "rounds", "models", "clients", "combiners"}, 2})
                         .value();
    rocksdb::WriteBatch batch;
    batch.Put(raw->family(1), "key", "no round");
    ASSERT_TRUE(raw->write(batch));
  }
  EXPECT_EQ(open().error().code, domain::errc::storage_failed);
  auto later = layout;
  std::uint64_t found = 0;
  later.upgrade = [&](storage::database&, std::uint64_t from, rocksdb::WriteBatch&) -> domain::expected<void> {
    found = from;
    return {};
  };
  ASSERT_TRUE(storage::database::open((folder_ / "store").string(), later));
  EXPECT_EQ(found, 2u);
}

TEST_F(rocksdb_round_store_test, goes_on_numbering_after_a_restart) {
  ASSERT_TRUE(open().value()->write(
      {.attributes = {attribute_of("c", "gpu", "one")}, .measurements = {measured("c", "cpu", 1, 1)}}));
  const auto store = open().value();
  ASSERT_TRUE(
      store->write({.attributes = {attribute_of("c", "gpu", "two")}, .measurements = {measured("c", "cpu", 2, 2)}}));
  EXPECT_EQ(numbers<domain::attribute_record>(*store), (numbers_of{1, 2}));
  EXPECT_EQ(numbers<domain::measurement_record>(*store), (numbers_of{1, 2}));
  EXPECT_EQ(store->attributes_of(domain::client_id{"c"}).at(0).value, "two");
}

TEST_F(rocksdb_round_store_test, refuses_a_store_of_a_newer_version_and_leaves_it_as_it_is) {
  open().value().reset();
  set_format(99);
  const auto before = content_of(folder_ / "store");
  const auto store = open();
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, domain::errc::storage_failed);
  EXPECT_THAT(store.error().text, AllOf(HasSubstr("has format 99"), HasSubstr("up to format 3")));
  EXPECT_EQ(content_of(folder_ / "store"), before);
}

TEST_F(rocksdb_round_store_test, writes_nothing_when_the_check_refuses_what_it_holds) {
  ASSERT_TRUE(open().value()->write({.clients = {client_named("c1")}}));
  const auto before = content_of(folder_ / "store");
  const auto refused = storage::open_rocksdb_round_store(
      (folder_ / "store").string(), [](const storage::round_store& store) -> domain::expected<void> {
        return domain::failure(domain::errc::storage_failed, "without " + store.clients().at(0).client.value());
      });
  EXPECT_EQ(refused.error().text, "without c1");
  EXPECT_EQ(content_of(folder_ / "store"), before);
}

TEST_F(rocksdb_round_store_test, refuses_records_that_cannot_be_read_and_leaves_them) {
  open().value().reset();
  {
    const auto raw = storage::database::open((folder_ / "store").string(), layout).value();
    rocksdb::WriteBatch batch;
    batch.Put(raw->family(0), "key", "no session");
    ASSERT_TRUE(raw->write(batch));
  }
  const auto before = content_of(folder_ / "store");
  EXPECT_THAT(open().error().text, HasSubstr("restore the folder"));
  EXPECT_EQ(content_of(folder_ / "store"), before);
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
  EXPECT_EQ(refused.error().code, domain::errc::storage_full);
  EXPECT_THAT(refused.error().text, HasSubstr("free some space"));
  EXPECT_EQ(store->clients(), std::vector{client_named("before")});
  disk.release();
  store.reset();
  store = storage::open_rocksdb_round_store(store_folder).value();
  ASSERT_TRUE(store->write({.clients = {client_named("after")}}));
  EXPECT_EQ(store->clients(), (std::vector{client_named("after"), client_named("before")}));
}

} // namespace fedloom::test
