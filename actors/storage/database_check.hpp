#pragma once
#include "messages/domain/expected.hpp"

#include <rocksdb/db.h>

#include <memory>
#include <string>
#include <vector>

namespace fedloom::storage {

/// The family of the counters, and the counter that says who can read the rest.
inline constexpr const char* meta_family = "meta";
inline constexpr const char* format_counter = "format";

/// The database's own lock, for as long as someone looks at it. `DB::Open` takes it again.
class database_lock {
public:
  database_lock(const std::string& folder, rocksdb::Env* environment);
  ~database_lock();
  database_lock(const database_lock&) = delete;
  database_lock& operator=(const database_lock&) = delete;

  const rocksdb::Status& status() const noexcept { return status_; }

private:
  rocksdb::Env* environment_;
  rocksdb::FileLock* lock_ = nullptr;
  rocksdb::Status status_;
};

/// An existing database, open for reading, with all of its families. Nobody else opens it meanwhile.
struct database_view {
  database_view() = default;
  database_view(database_view&&) = default;
  ~database_view();

  std::unique_ptr<database_lock> lock;
  std::unique_ptr<rocksdb::DB> rocks; ///< null: there is no database yet
  std::vector<std::string> families;
  std::vector<rocksdb::ColumnFamilyHandle*> handles; ///< of the families
};

/// Looks at a database without changing it: that nobody holds it, that its format is not above `format`, and that every
/// byte of its logs and tables has the sum that was written with it. RocksDB itself finds much of that only after it
/// has begun to write.
domain::expected<database_view> check_database(const std::string& folder, std::uint64_t format,
                                               rocksdb::Env* environment);

} // namespace fedloom::storage
