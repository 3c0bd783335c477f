#pragma once
#include "messages/domain/bytes.hpp"
#include "messages/domain/expected.hpp"

#include <string>

namespace fedloom::storage {

/// Checks the content of one of RocksDB's log files (*.log, MANIFEST-*): records in blocks of 32 KiB, each with its
/// sum, length and type. `storage_failed` says what is wrong where.
///
/// A record that ends with the file instead of where it says was being written in a crash and passes: it had not been
/// acknowledged, for acknowledging waits for the sync. RocksDB believes each such length, and each sign of a log that
/// was used twice, and drops all that follows without a word; one flipped bit can look so. This check does not believe
/// it where what follows proves to be whole records. (I-7)
domain::expected<void> check_log(domain::byte_span log, const std::string& name);

} // namespace fedloom::storage
