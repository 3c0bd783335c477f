#include "actors/storage/rocksdb_options.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/table.h>

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

std::string advice_for(const rocksdb::Status& status) {
  const auto text = status.ToString();
  const auto mentions = [&text](const char* word) { return text.find(word) != std::string::npos; };
  if (status.IsNoSpace() || mentions("No space")) {
    return "free at least 64 MB on that disk; writing goes on within seconds";
  }
  if (mentions("lock")) {
    return "another process has it open: stop that one, or give each its own data folder";
  }
  if (mentions("Column families not opened")) {
    return "it was written by a newer version of fedloom: start that version";
  }
  if (status.IsCorruption()) {
    return "it is damaged: restore the folder from a backup, or move it away to begin anew";
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
  options.db_write_buffer_size = 8 * mebibyte;
  options.max_total_wal_size = 16 * mebibyte;
  options.max_background_jobs = 2;
  options.max_open_files = 64;
  options.max_file_opening_threads = 1;
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  options.max_log_file_size = mebibyte;
  options.keep_log_file_num = 2;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  return options;
}

std::vector<rocksdb::ColumnFamilyDescriptor> family_descriptors() {
  const auto cache = rocksdb::NewLRUCache(2 * mebibyte, 0);
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const auto* name : family_names) {
    descriptors.emplace_back(name, family_options(cache));
  }
  descriptors.emplace_back(rocksdb::kDefaultColumnFamilyName, family_options(cache));
  return descriptors;
}

domain::error storage_error(const std::string& folder, const rocksdb::Status& status) {
  return {domain::errc::storage_failed,
          "the store in " + folder + ": " + status.ToString() + "; " + advice_for(status)};
}

} // namespace fedloom::storage
