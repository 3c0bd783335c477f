#pragma once
#include "messages/domain/expected.hpp"

#include <rocksdb/db.h>

#include <span>
#include <string>
#include <vector>

/// How fedloom's databases are opened, and how their failures read. Only for the .cpp files of this folder.
namespace fedloom::storage {

/// Sized for small records: an idle store stays under 20 MB.
///
/// A torn record at the end of a log is what a crash leaves of a batch that nobody was told about: it is dropped. All
/// else that is wrong with a log is refused: kPointInTimeRecovery would open, silently without the acknowledged batches
/// behind the damage (I-7), and kAbsoluteConsistency would not open after a crash. (`check_log` sees the damages
/// that RocksDB takes for a torn end.)
rocksdb::DBOptions database_options();
/// One descriptor per family in this order, then RocksDB's own default family, which stays empty.
std::vector<rocksdb::ColumnFamilyDescriptor> family_descriptors(std::span<const std::string> families);

/// `storage_full`, `malformed` (damaged) or `storage_failed`, with the folder, RocksDB's words and what to do.
domain::error storage_error(const std::string& folder, const rocksdb::Status& status);
/// `malformed`: "the store in <folder>: <what>; <restore it or begin anew>".
domain::error damage_error(const std::string& folder, const std::string& what);

} // namespace fedloom::storage
