#pragma once
#include "messages/domain/bytes.hpp"
#include "messages/domain/expected.hpp"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// Only for the .cpp files of this folder and their tests.
namespace fedloom::storage {

class database;
struct database_view;

/// What a database of ours holds, and since when an older version of fedloom cannot read it.
struct database_layout {
  /// RocksDB opens a database only when all of its column families are named. Append, never reorder: the positions are
  /// what `database::family` takes. One more, "meta", is added for counters.
  std::vector<std::string> families;
  /// +1 when an older version could not read the store any more. Kept in the database from its creation on.
  std::uint64_t format = 1;
  /// Adds to the batch what makes a store of the format `from` one of this format; the new number is in it already.
  std::function<domain::expected<void>(database& store, std::uint64_t from, rocksdb::WriteBatch&)> upgrade{};
};

/// Looks at a database that has just been checked, reading only; an error refuses it.
using database_check = std::function<domain::expected<void>(database&)>;

/// What a returned write outlives.
enum class durability : bool {
  handed_over, ///< the end of the process, for the kernel has it; a power cut may take it
  synced,      ///< a power cut
};

/// A RocksDB database that refuses damage instead of working on: shared by the controller's store and the combiner's
/// journal. All members may be called from any thread.
class database {
public:
  /// Opens or creates it, in a folder that is kept to its user. Before anything is written, every file is checked whole
  /// (as fast as it can be read; half a second per gigabyte from the page cache), the format is read, and `check` may
  /// look at the records. (It looks after the upgrade when an older version did not have all families.)
  /// `malformed`: it is damaged. `storage_failed` says what to do: held by another process, unreadable, or of a newer
  /// version. In all of these cases nothing has been changed. `environment` must outlive it.
  static domain::expected<std::unique_ptr<database>> open(std::string folder, const database_layout& layout,
                                                          rocksdb::Env* environment = rocksdb::Env::Default(),
                                                          const database_check& check = {});
  ~database();
  database(const database&) = delete;
  database& operator=(const database&) = delete;

  /// One position behind the layout's last is "meta".
  rocksdb::ColumnFamilyHandle* family(std::size_t position) const { return handles_[position]; }

  /// Returns when the batch is written as durably as `how` says: all of it or, on an error, nothing. `storage_full`:
  /// the next write tries again and goes on as soon as there is room. `storage_failed`: what the disk holds is unknown
  /// from now on, so this and every later write is refused until the database is opened again, which may find the whole
  /// batch or nothing of it. (The kernel reports a failed sync once and then forgets it: to try again would only seem
  /// to succeed.)
  domain::expected<void> write(rocksdb::WriteBatch& batch, durability how = durability::synced);

  /// `not_found`, `malformed` or `storage_failed`.
  domain::expected<std::string> get(rocksdb::ColumnFamilyHandle* from, const std::string& key) const;
  /// All entries whose key begins with `prefix`, in the order of the keys, until `visit` answers with an error.
  domain::expected<void>
  scan(rocksdb::ColumnFamilyHandle* from, const std::string& prefix,
       const std::function<domain::expected<void>(std::string_view key, domain::byte_span value)>& visit) const;

  using entry_visitor = std::function<bool(std::string_view key, domain::byte_span value)>;
  /// The same from the key `from` on, until `visit` answers false.
  domain::expected<void> scan_from(rocksdb::ColumnFamilyHandle* in, const std::string& prefix, const std::string& from,
                                   const entry_visitor& visit) const;
  /// Those before the key `from`, the last one first.
  domain::expected<void> scan_back(rocksdb::ColumnFamilyHandle* in, const std::string& prefix, const std::string& from,
                                   const entry_visitor& visit) const;

  /// 0 when it has never been written.
  domain::expected<std::uint64_t> counter(const std::string& name) const;
  void put_counter(rocksdb::WriteBatch& batch, const std::string& name, std::uint64_t value) const;

private:
  class error_watch;

  database(std::string folder, const database_layout& layout);

  rocksdb::ColumnFamilyHandle* meta() const { return handles_[families_]; }
  bool take_over(database_view& view, const database_layout& layout);
  domain::expected<void> open_files(const database_layout& layout, rocksdb::Env* environment);
  domain::expected<void> adopt_format(const database_layout& layout);
  bool resume();

  const std::string folder_;
  const std::size_t families_; ///< as many as the layout has
  std::shared_ptr<error_watch> watch_;
  std::unique_ptr<rocksdb::DB> rocks_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_; ///< the layout's, meta, what else there is
  std::mutex mutex_;                                  ///< one write at a time, with its second try
  std::optional<std::uint64_t> failed_log_;           ///< the one that met a full disk
  domain::error broken_;                              ///< the first `storage_failed` of a write
};

} // namespace fedloom::storage
