#include "actors/storage/rocksdb_options.hpp"

#include "actors/kernel/logger.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/table.h>

#include <array>
#include <cstdarg>
#include <cstdio>

namespace fedloom::storage {

namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;

rocksdb::ColumnFamilyOptions family_options(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.cache_index_and_filter_blocks = true; // otherwise their memory grows with the store, beside the cache
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = 4 * mebibyte;
  options.max_write_buffer_number = 2;
  options.target_file_size_base = 8 * mebibyte;
  options.max_bytes_for_level_base = 32 * mebibyte;
  options.compression = rocksdb::kLZ4Compression;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

constexpr const char* restore = "it is damaged: restore the folder from a backup, or move it away to begin anew";

/// RocksDB's own words go where ours go. Its LOG would lie on the same disk, and with Debian's build, which keeps its
/// assertions, the process ends at the second line that a full disk does not take.
class our_log final : public rocksdb::Logger {
public:
  our_log() : Logger(rocksdb::InfoLogLevel::WARN_LEVEL) {}
  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list values) override {
    std::array<char, 512> text{};
    std::vsnprintf(text.data(), text.size(), format, values);
    kernel::log(kernel::log_level::warn, "store", "rocksdb", {{"text", text.data()}});
  }
};

bool is_damage(const rocksdb::Status& status) {
  return status.IsCorruption() || status.IsPathNotFound() ||
         status.ToString().find("No such file") != std::string::npos;
}

std::string advice_for(const rocksdb::Status& status) {
  const auto text = status.ToString();
  const auto mentions = [&text](const char* word) { return text.find(word) != std::string::npos; };
  if (status.IsNoSpace()) {
    return "free some space on that disk; writing goes on at once";
  }
  if (is_damage(status)) {
    return restore;
  }
  if (mentions("/LOCK: ")) {
    return "another process has it open: stop that one, or give each its own data folder";
  }
  if (mentions("Permission denied") || mentions("Read-only")) {
    return "make the folder readable and writable for this user";
  }
  return "check the folder and its disk";
}

} // namespace

rocksdb::DBOptions database_options() {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.db_write_buffer_size = 8 * mebibyte;
  options.max_total_wal_size = 16 * mebibyte;
  options.max_background_jobs = 2;
  options.max_open_files = 64;
  options.max_file_opening_threads = 1;
  options.info_log = std::make_shared<our_log>();
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  return options;
}

std::vector<rocksdb::ColumnFamilyDescriptor> family_descriptors(std::span<const std::string> families) {
  const auto cache = rocksdb::NewLRUCache(2 * mebibyte, 0);
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const auto& name : families) {
    descriptors.emplace_back(name, family_options(cache));
  }
  descriptors.emplace_back(rocksdb::kDefaultColumnFamilyName, family_options(cache));
  return descriptors;
}

domain::error storage_error(const std::string& folder, const rocksdb::Status& status) {
  const auto code = is_damage(status)    ? domain::errc::malformed
                    : status.IsNoSpace() ? domain::errc::storage_full
                                         : domain::errc::storage_failed;
  return {code, "the store in " + folder + ": " + status.ToString() + "; " + advice_for(status)};
}

domain::error damage_error(const std::string& folder, const std::string& what) {
  return {domain::errc::malformed, "the store in " + folder + ": " + what + "; " + restore};
}

} // namespace fedloom::storage
