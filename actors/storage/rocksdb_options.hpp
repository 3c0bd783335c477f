#pragma once
#include "messages/domain/expected.hpp"

#include <rocksdb/db.h>

#include <array>
#include <string>
#include <vector>

/// How fedloom's databases are opened, and how their failures read. Only for the .cpp files of this folder.
namespace fedloom::storage {

/// The one table of column families: RocksDB opens a database only when all of them are named. Append, never reorder:
/// the enumerators are positions.
enum class family : std::size_t { sessions, rounds, models, clients, combiners, meta };
inline constexpr std::array<const char*, 6> family_names{"sessions", "rounds",    "models",
                                                         "clients",  "combiners", "meta"};

/// Sized for small records: an idle store stays under 20 MB.
rocksdb::DBOptions database_options();
/// One descriptor per family in the table's order, then RocksDB's own default family, which stays empty.
std::vector<rocksdb::ColumnFamilyDescriptor> family_descriptors();

/// `storage_failed` with the folder, RocksDB's words and what to do.
domain::error storage_error(const std::string& folder, const rocksdb::Status& status);

} // namespace fedloom::storage
