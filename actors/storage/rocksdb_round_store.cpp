#include "actors/storage/database.hpp"
#include "actors/storage/record_keys.hpp"
#include "actors/storage/record_order.hpp"
#include "actors/storage/round_store.hpp"
#include "messages/codec/record.hpp"

#include <mutex>
#include <stdexcept>

namespace fedloom::storage {

namespace {

constexpr const char* term_key = "term";
constexpr const char* last_number_key = "last_round_number";

/// Positions in `layout`.
enum class family : std::size_t { sessions, rounds, models, clients, combiners };

/// Format 2: sessions may be paused or cancelled, rounds may carry late clients. All of format 1 reads the same.
const database_layout layout{{"sessions", "rounds", "models", "clients", "combiners"}, 2};

class rocksdb_round_store final : public round_store {
public:
  explicit rocksdb_round_store(database* in) : database_(in) {}
  explicit rocksdb_round_store(std::unique_ptr<database> owned) : owned_(std::move(owned)), database_(owned_.get()) {}

  /// Reads what a start needs anyway, so that a store with records that cannot be read refuses to open and not to work.
  /// Rounds are left out: they may be gigabytes, and their sums have been checked.
  domain::expected<void> check_records() const {
    try {
      sessions();
      models();
      clients();
      combiners();
    } catch (const std::runtime_error& damaged) {
      return domain::failure(domain::errc::storage_failed, damaged.what());
    }
    return {};
  }

  /// Once, before the first write.
  domain::expected<void> read_last_number() {
    return database_->counter(last_number_key).map([this](std::uint64_t last) { last_number_ = last; });
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
      database_->put_counter(out, last_number_key, last);
    }
    return database_->write(out).map([&] { last_number_ = last; });
  }

  domain::expected<domain::term> next_term() override {
    const std::lock_guard lock(mutex_);
    auto term = database_->counter(term_key);
    if (!term) {
      return tl::unexpected(term.error());
    }
    rocksdb::WriteBatch out;
    database_->put_counter(out, term_key, *term + 1);
    return database_->write(out).map([&] { return domain::term{*term + 1}; });
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
    const auto value = database_->get(handle(family::sessions), id.value());
    if (!value) {
      return value.error().code == domain::errc::not_found
                 ? domain::failure(domain::errc::not_found, "no session " + id.value())
                 : tl::unexpected(value.error());
    }
    return codec::decode_session(domain::as_bytes(*value));
  }

  std::uint64_t last_round_number() const override {
    const std::lock_guard lock(mutex_);
    return last_number_;
  }

private:
  rocksdb::ColumnFamilyHandle* handle(family which) const { return database_->family(static_cast<std::size_t>(which)); }

  template <class Record>
  void put_all(rocksdb::WriteBatch& out, family into, const std::vector<Record>& records) const {
    for (const auto& record : records) {
      const auto value = codec::encode(record);
      out.Put(handle(into), key_of(record), {reinterpret_cast<const char*>(value.data()), value.size()});
    }
  }

  /// All records whose key begins with `prefix`, in the order of the keys.
  template <class Record>
  std::vector<Record> read(family from, const std::string& prefix,
                           domain::expected<Record> (*decode)(domain::byte_span)) const {
    std::vector<Record> records;
    const auto whole = database_->scan(handle(from), prefix, [&](std::string_view, domain::byte_span value) {
      return decode(value).map([&](Record&& record) { records.push_back(std::move(record)); });
    });
    if (!whole) {
      throw std::runtime_error(whole.error().text);
    }
    return records;
  }

  std::unique_ptr<database> owned_;
  database* database_;
  mutable std::mutex mutex_; ///< guards the counters; the database guards itself
  std::uint64_t last_number_ = 0;
};

} // namespace

domain::expected<std::unique_ptr<round_store>> open_rocksdb_round_store(const std::string& folder,
                                                                        const round_store_check& check) {
  const auto check_all = [&](database& reading) {
    const rocksdb_round_store store(&reading);
    return store.check_records().and_then([&] { return check ? check(store) : domain::expected<void>{}; });
  };
  auto opened = database::open(folder, layout, rocksdb::Env::Default(), check_all);
  if (!opened) { // damage is refused like all else: this store is the truth
    return domain::failure(domain::errc::storage_failed, opened.error().text);
  }
  auto store = std::make_unique<rocksdb_round_store>(std::move(*opened));
  return store->read_last_number().map([&]() -> std::unique_ptr<round_store> { return std::move(store); });
}

} // namespace fedloom::storage
