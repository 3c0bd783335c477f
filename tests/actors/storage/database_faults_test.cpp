#include "actors/storage/database.hpp"
#include "tests/support/small_disk.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <rocksdb/file_system.h>

#include <atomic>

namespace fedloom::test {

using storage::database;
using testing::HasSubstr;

namespace {

const storage::database_layout layout{{"things"}, 1};

enum class fault { none, write_fails, write_finds_no_space, sync_fails, table_finds_no_space };

/// Answers for a disk: the next write or sync of a log, or the next beginning of a table, fails as `next` says, once.
class faulty_files final : public rocksdb::FileSystemWrapper {
public:
  faulty_files() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "faulty_files"; }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* context) override {
    auto due = fault::table_finds_no_space;
    if (name.ends_with(".sst") && next.compare_exchange_strong(due, fault::none)) {
      return rocksdb::IOStatus::NoSpace("while creating", "No space left on device");
    }
    auto opened = target()->NewWritableFile(name, options, file, context);
    if (opened.ok() && name.ends_with(".log")) {
      *file = std::make_unique<faulty_file>(std::move(*file), next);
    }
    return opened;
  }

  std::atomic<fault> next = fault::none;

private:
  class faulty_file final : public rocksdb::FSWritableFileOwnerWrapper {
  public:
    faulty_file(std::unique_ptr<rocksdb::FSWritableFile>&& file, std::atomic<fault>& next)
        : FSWritableFileOwnerWrapper(std::move(file)), next_(next) {}

    rocksdb::IOStatus Append(const rocksdb::Slice& bytes, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* context) override {
      if (is_due(fault::write_fails)) {
        return rocksdb::IOStatus::IOError("while appending", "Input/output error");
      }
      if (is_due(fault::write_finds_no_space)) {
        return rocksdb::IOStatus::NoSpace("while appending", "No space left on device");
      }
      return FSWritableFileOwnerWrapper::Append(bytes, options, context);
    }
    rocksdb::IOStatus Append(const rocksdb::Slice& bytes, const rocksdb::IOOptions& options,
                             const rocksdb::DataVerificationInfo&, rocksdb::IODebugContext* context) override {
      return Append(bytes, options, context);
    }
    rocksdb::IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* context) override {
      return is_due(fault::sync_fails) ? rocksdb::IOStatus::IOError("while syncing", "Input/output error")
                                       : FSWritableFileOwnerWrapper::Sync(options, context);
    }
    rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* context) override {
      return is_due(fault::sync_fails) ? rocksdb::IOStatus::IOError("while syncing", "Input/output error")
                                       : FSWritableFileOwnerWrapper::Fsync(options, context);
    }

  private:
    bool is_due(fault which) { return next_.compare_exchange_strong(which, fault::none); }

    std::atomic<fault>& next_;
  };
};

domain::expected<void> put(database& to, const std::string& key, std::size_t size = 10) {
  rocksdb::WriteBatch batch;
  batch.Put(to.family(0), key, std::string(size, 'x'));
  return to.write(batch);
}

std::string keys_in(const database& from) {
  std::string keys;
  EXPECT_TRUE(from.scan(from.family(0), "", [&](std::string_view key, domain::byte_span) {
    keys += key;
    return domain::expected<void>{};
  }));
  return keys;
}

} // namespace

class database_faults_test : public testing::Test {
protected:
  std::unique_ptr<database> open() {
    return database::open((folder_ / "store").string(), layout, environment_.get()).value();
  }

  temporary_folder folder_;
  std::shared_ptr<faulty_files> disk_ = std::make_shared<faulty_files>();
  std::unique_ptr<rocksdb::Env> environment_ = rocksdb::NewCompositeEnv(disk_);
};

TEST_F(database_faults_test, takes_nothing_more_after_a_sync_that_failed_once) {
  auto store = open();
  ASSERT_TRUE(put(*store, "a"));
  disk_->next = fault::sync_fails;
  const auto failed = put(*store, "b");
  ASSERT_EQ(disk_->next, fault::none) << "the disk was asked";
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, domain::errc::storage_failed);
  EXPECT_EQ(keys_in(*store), "a");
  for (int again = 0; again < 3; ++again) {
    const auto refused = put(*store, "c");
    ASSERT_FALSE(refused) << "the disk works again, but what it holds is unknown";
    EXPECT_THAT(refused.error().text, HasSubstr("until this process is started again"));
  }
  store.reset();
  store = open();
  EXPECT_TRUE(keys_in(*store) == "a" || keys_in(*store) == "ab") << keys_in(*store);
  EXPECT_TRUE(put(*store, "d"));
}

TEST_F(database_faults_test, takes_nothing_more_after_a_write_that_failed_once) {
  auto store = open();
  ASSERT_TRUE(put(*store, "a"));
  disk_->next = fault::write_fails;
  EXPECT_EQ(put(*store, "b").error().code, domain::errc::storage_failed);
  EXPECT_EQ(put(*store, "c").error().code, domain::errc::storage_failed);
  store.reset();
  EXPECT_EQ(keys_in(*open()), "a");
}

TEST_F(database_faults_test, tries_once_more_when_a_new_log_finds_the_space_that_the_old_one_did_not) {
  const auto store = open();
  disk_->next = fault::write_finds_no_space;
  EXPECT_TRUE(put(*store, "a"));
  EXPECT_EQ(keys_in(*store), "a");
}

TEST_F(database_faults_test, goes_on_after_a_table_did_not_find_space) {
  auto store = open();
  disk_->next = fault::table_finds_no_space;
  std::string acknowledged;
  for (char key = 'A'; key <= 'Z'; ++key) { // memory is full several times over
    ASSERT_TRUE(put(*store, std::string(1, key), std::size_t{1} << 20)) << key;
    acknowledged += key;
  }
  EXPECT_EQ(disk_->next, fault::none) << "the disk was asked";
  store.reset();
  EXPECT_EQ(keys_in(*open()), acknowledged);
}

TEST_F(database_faults_test, never_appends_to_a_log_that_met_a_full_disk) {
  // Each time with another amount in memory; RocksDB begins a new log only when there is some.
  for (int puts = 0; puts < 3; ++puts) {
    auto store = open();
    for (int number = 0; number < puts; ++number) {
      ASSERT_TRUE(put(*store, "a"));
    }
    disk_->next = fault::write_finds_no_space;
    EXPECT_TRUE(put(*store, "b")) << puts;
    EXPECT_TRUE(put(*store, "c")) << puts;
    store.reset();
    EXPECT_THAT(keys_in(*open()), HasSubstr("bc"));
  }
}

TEST_F(database_faults_test, goes_on_by_itself_as_soon_as_a_full_disk_has_room) {
  const small_disk disk(folder_ / "disk", std::size_t{16} << 20);
  if (!disk.mounted()) {
    GTEST_SKIP() << "needs the right to mount a small disk";
  }
  const auto folder = (disk.path() / "store").string();
  auto store = database::open(folder, layout).value();
  std::string acknowledged;
  const auto attempt = [&](char key, std::size_t size) {
    const auto taken = put(*store, std::string(1, key), size);
    if (taken) {
      acknowledged += key;
      return true;
    }
    EXPECT_EQ(taken.error().code, domain::errc::storage_full);
    EXPECT_THAT(taken.error().text, HasSubstr("free some space"));
    EXPECT_EQ(keys_in(*store), acknowledged);
    return false;
  };
  char key = 'A';
  for (int time = 0; time < 5; ++time) {
    ASSERT_TRUE(attempt(key++, 10)) << "there is room";
    int refused = 0;
    for (int tries = 0; refused < 3 && tries < 9; ++tries) { // what a log gives up may hold some more
      disk.fill();
      refused += attempt(key++, std::size_t{6} << 20) ? 0 : 1;
    }
    EXPECT_EQ(refused, 3);
    disk.release();
  }
  ASSERT_TRUE(attempt(key, 10));
  store.reset();
  EXPECT_EQ(keys_in(*database::open(folder, layout).value()), acknowledged);
}

} // namespace fedloom::test
