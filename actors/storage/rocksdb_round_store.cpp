#include "actors/storage/record_keys.hpp"
#include "actors/storage/record_order.hpp"
#include "actors/storage/rocksdb_options.hpp"
#include "actors/storage/round_store.hpp"
#include "messages/codec/record.hpp"

#include <rocksdb/write_batch.h>

#include <filesystem>
#include <mutex>
#include <stdexcept>

namespace fedloom::storage {

namespace {

constexpr const char* term_key = "term";
constexpr const char* last_number_key = "last_round_number";
/// +1 when an older version could not read the store any more.
constexpr const char* format_key = "format";
constexpr std::uint64_t format = 1;

domain::byte_span bytes_of(const rocksdb::Slice& slice) {
  return domain::as_bytes(std::string_view{slice.data(), slice.size()});
}

rocksdb::WriteOptions synced() {
  rocksdb::WriteOptions options;
  options.sync = true;
  return options;
}

class rocksdb_round_store final : public round_store {
public:
  explicit rocksdb_round_store(std::string folder) : folder_(std::move(folder)) {}

  ~rocksdb_round_store() override {
    if (database_) {
      for (auto* handle : handles_) {
        database_->DestroyColumnFamilyHandle(handle);
      }
      database_->Close();
    }
  }

  /// Once, before anything else.
  domain::expected<void> open() {
    rocksdb::DB* database = nullptr;
    const auto status = rocksdb::DB::Open(database_options(), folder_, family_descriptors(), &handles_, &database);
    if (!status.ok()) {
      return tl::unexpected(storage_error(folder_, status));
    }
    database_.reset(database);
    return check_format().and_then([this] { return check_records(); });
  }

  domain::expected<void> write(const batch& changes) override {
    if (changes.empty()) {
      return {};
    }
    rocksdb::WriteBatch out;
    put_all(out, family::sessions, changes.sessions);
    put_all(out, family::rounds, changes.rounds);
    put_all(out, family::models, changes.models);
    put_all(out, family::clients, changes.clients);
    put_all(out, family::combiners, changes.combiners);
    const std::lock_guard lock(mutex_);
    const auto last = greatest_number(changes.rounds, last_number_);
    if (last != last_number_) {
      out.Put(handle(family::meta), last_number_key, encode_counter(last));
    }
    return commit(out).map([&] { last_number_ = last; });
  }

  domain::expected<domain::term> next_term() override {
    const std::lock_guard lock(mutex_);
    auto term = counter(term_key);
    if (!term) {
      return tl::unexpected(term.error());
    }
    rocksdb::WriteBatch out;
    out.Put(handle(family::meta), term_key, encode_counter(*term + 1));
    return commit(out).map([&] { return domain::term{*term + 1}; });
  }

  std::vector<domain::session_record> sessions() const override {
    return by_creation(read(family::sessions, "", codec::decode_session));
  }
  std::vector<domain::round_record> rounds() const override {
    return by_number(read(family::rounds, "", codec::decode_round));
  }
  std::vector<domain::round_record> rounds_of(const domain::session_id& id) const override {
    return read(family::rounds, round_prefix(id), codec::decode_round);
  }
  std::vector<domain::model_record> models() const override {
    return by_commit(read(family::models, "", codec::decode_model));
  }
  std::vector<domain::client_record> clients() const override {
    return read(family::clients, "", codec::decode_client);
  }
  std::vector<domain::combiner_record> combiners() const override {
    return read(family::combiners, "", codec::decode_combiner);
  }

  domain::expected<domain::session_record> session(const domain::session_id& id) const override {
    rocksdb::PinnableSlice value;
    const auto status = database_->Get({}, handle(family::sessions), id.value(), &value);
    if (status.IsNotFound()) {
      return domain::failure(domain::errc::not_found, "no session " + id.value());
    }
    if (!status.ok()) {
      return tl::unexpected(storage_error(folder_, status));
    }
    return codec::decode_session(bytes_of(value));
  }

  std::uint64_t last_round_number() const override {
    const std::lock_guard lock(mutex_);
    return last_number_;
  }

private:
  rocksdb::ColumnFamilyHandle* handle(family which) const { return handles_[static_cast<std::size_t>(which)]; }

  template <class Record>
  void put_all(rocksdb::WriteBatch& out, family into, const std::vector<Record>& records) const {
    for (const auto& record : records) {
      const auto value = codec::encode(record);
      out.Put(handle(into), key_of(record), {reinterpret_cast<const char*>(value.data()), value.size()});
    }
  }

  domain::expected<void> commit(rocksdb::WriteBatch& out) {
    const auto status = database_->Write(synced(), &out);
    if (!status.ok()) {
      return tl::unexpected(storage_error(folder_, status));
    }
    return {};
  }

  /// All records whose key begins with `prefix`, in the order of the keys.
  template <class Record>
  std::vector<Record> read(family from, const std::string& prefix,
                           domain::expected<Record> (*decode)(domain::byte_span)) const {
    rocksdb::ReadOptions options;
    options.fill_cache = false; // a listing of everything must not push out what single reads use
    const std::unique_ptr<rocksdb::Iterator> at(database_->NewIterator(options, handle(from)));
    std::vector<Record> records;
    for (at->Seek(prefix); at->Valid() && at->key().starts_with(prefix); at->Next()) {
      auto record = decode(bytes_of(at->value()));
      if (!record) {
        throw std::runtime_error("the store in " + folder_ + ": " + to_string(record.error()));
      }
      records.push_back(std::move(*record));
    }
    if (!at->status().ok()) {
      throw std::runtime_error(storage_error(folder_, at->status()).text);
    }
    return records;
  }

  /// 0 when the key is not there.
  domain::expected<std::uint64_t> counter(const char* key) const {
    std::string value;
    const auto status = database_->Get({}, handle(family::meta), key, &value);
    if (!status.ok() && !status.IsNotFound()) {
      return tl::unexpected(storage_error(folder_, status));
    }
    return decode_counter(value);
  }

  domain::expected<void> check_format() {
    const auto found = counter(format_key);
    const auto last = counter(last_number_key);
    if (!found || !last) {
      return tl::unexpected(found ? last.error() : found.error());
    }
    if (*found > format) {
      return domain::failure(domain::errc::storage_failed,
                             "the store in " + folder_ + " has format " + std::to_string(*found) +
                                 " and this version reads up to " + std::to_string(format) +
                                 "; start the newer version of fedloom");
    }
    last_number_ = *last;
    if (*found == format) {
      return {};
    }
    rocksdb::WriteBatch out;
    out.Put(handle(family::meta), format_key, encode_counter(format));
    return commit(out);
  }

  /// Reads what a start needs anyway, so that a damaged store refuses to open and not to work. Rounds are left out:
  /// they may be gigabytes, and RocksDB checks each block's sum when it is read.
  domain::expected<void> check_records() const {
    try {
      sessions();
      models();
      clients();
      combiners();
    } catch (const std::runtime_error& damaged) {
      return domain::failure(domain::errc::storage_failed,
                             std::string{damaged.what()} +
                                 "; restore the folder from a backup, or move it away to begin anew");
    }
    return {};
  }

  const std::string folder_;
  std::unique_ptr<rocksdb::DB> database_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
  mutable std::mutex mutex_; ///< guards the counters; RocksDB guards itself
  std::uint64_t last_number_ = 0;
};

} // namespace

domain::expected<std::unique_ptr<round_store>> open_rocksdb_round_store(const std::string& folder) {
  std::error_code failed;
  if (std::filesystem::create_directories(folder, failed)) {
    // The clients' resume tokens are in it.
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);
  }
  if (failed) {
    return domain::failure(domain::errc::storage_failed, "cannot create the folder " + folder + ": " +
                                                             failed.message() +
                                                             "; check data folder and its permissions");
  }
  auto store = std::make_unique<rocksdb_round_store>(folder);
  return store->open().map([&]() -> std::unique_ptr<round_store> { return std::move(store); });
}

} // namespace fedloom::storage
