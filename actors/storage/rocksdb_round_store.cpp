#include "actors/storage/batch_writer.hpp"
#include "actors/storage/database.hpp"
#include "actors/storage/table_round_store.hpp"

#include <stdexcept>

namespace fedloom::storage {

namespace {

class rocksdb_bytes final : public byte_store {
public:
  explicit rocksdb_bytes(database& in) : database_(&in) {}
  explicit rocksdb_bytes(std::unique_ptr<database> owned) : owned_(std::move(owned)), database_(owned_.get()) {}

  void add(rocksdb::WriteBatch& out, const std::vector<byte_change>& changes) const {
    for (const auto& change : changes) {
      if (change.value) {
        out.Put(handle(change.in), change.key, *change.value);
      } else {
        out.Delete(handle(change.in), change.key);
      }
    }
  }

  domain::expected<void> apply(const std::vector<byte_change>& changes) override {
    rocksdb::WriteBatch out;
    add(out, changes);
    return database_->write(out);
  }
  domain::expected<std::string> get(byte_family from, const std::string& key) const override {
    return database_->get(handle(from), key);
  }
  domain::expected<void> scan(byte_family from, const byte_range& which, const byte_visitor& with) const override {
    auto left = which.limit;
    const auto visit = [&](std::string_view key, domain::byte_span value) { return left-- > 0 && with(key, value); };
    return which.backwards ? database_->scan_back(handle(from), which.prefix, which.from, visit)
                           : database_->scan_from(handle(from), which.prefix, which.from, visit);
  }

private:
  rocksdb::ColumnFamilyHandle* handle(byte_family which) const {
    return database_->family(static_cast<std::size_t>(which));
  }

  std::unique_ptr<database> owned_;
  database* database_;
};

domain::expected<void> add_index(database& to, rocksdb::WriteBatch& batch) {
  const rocksdb_bytes bytes(to);
  try {
    bytes.add(batch, index_of_all(bytes));
  } catch (const std::runtime_error& damaged) {
    return domain::failure(domain::errc::malformed, damaged.what());
  }
  return {};
}

/// Format 2: sessions may be paused or cancelled, rounds may carry late clients. All of format 1 reads the same.
/// Format 3: packages, runs, predictions, attributes, measurements and answers; records are found by an index.
const database_layout layout{{"sessions", "rounds", "models", "clients", "combiners", "entities", "index"},
                             3,
                             [](database& to, std::uint64_t from, rocksdb::WriteBatch& batch) {
                               constexpr std::uint64_t first_with_index = 3;
                               return from < first_with_index ? add_index(to, batch) : domain::expected<void>{};
                             }};

} // namespace

domain::expected<std::unique_ptr<round_store>>
open_rocksdb_round_store(const std::string& folder, const round_store_check& check, const record_limits& limits) {
  const auto check_all = [&](database& reading) {
    table_round_store store(std::make_unique<rocksdb_bytes>(reading), limits);
    return store.load().and_then([&] { return store.check_records(); }).and_then([&] {
      return check ? check(store) : domain::expected<void>{};
    });
  };
  auto opened = database::open(folder, layout, rocksdb::Env::Default(), check_all);
  if (!opened) { // damage is refused like all else: this store is the truth
    return domain::failure(domain::errc::storage_failed, opened.error().text);
  }
  auto store = std::make_unique<table_round_store>(std::make_unique<rocksdb_bytes>(std::move(*opened)), limits);
  return store->load().map([&]() -> std::unique_ptr<round_store> { return std::move(store); });
}

} // namespace fedloom::storage
