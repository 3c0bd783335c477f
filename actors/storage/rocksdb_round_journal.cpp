// Keys: the lease, a kind, and for an answer the client. So all that belongs to a lease stands together, and goes in
// one range.
#include "actors/storage/database.hpp"
#include "actors/storage/record_keys.hpp"
#include "actors/storage/round_journal.hpp"
#include "actors/storage/set_aside.hpp"
#include "messages/codec/journal.hpp"

#include <mutex>
#include <optional>

namespace fedloom::storage {

namespace {

const database_layout layout{.families = {"leases"}, .format = 1};

enum kind : char { plan_kind = 1, end_kind = 2, answer_kind = 3 };
constexpr std::size_t lease_length = sizeof(std::uint64_t);

std::string key_for(domain::lease_id lease, kind which, std::string_view client = {}) {
  return (encode_counter(lease.value()) + static_cast<char>(which)).append(client);
}

/// Adds entries to a batch.
class batch_writer {
public:
  batch_writer(rocksdb::WriteBatch& out, rocksdb::ColumnFamilyHandle* into) : out_(out), into_(into) {}

  void operator()(const domain::journalled_plan& one) {
    (*this)(forgotten_lease{one.plan.lease});
    put(key_for(one.plan.lease, plan_kind), codec::encode(one));
  }
  void operator()(const domain::journalled_answer& one) {
    put(key_for(one.lease, answer_kind, one.what.client.value()), codec::encode(one));
  }
  void operator()(const domain::journalled_end& one) {
    out_.Delete(into_, key_for(one.lease, plan_kind));
    put(key_for(one.lease, end_kind), codec::encode(one));
  }
  void operator()(const forgotten_lease& one) {
    out_.DeleteRange(into_, encode_counter(one.lease.value()), encode_counter(one.lease.value() + 1));
  }

private:
  void put(const std::string& key, const std::vector<std::byte>& value) {
    out_.Put(into_, key, {reinterpret_cast<const char*>(value.data()), value.size()});
  }

  rocksdb::WriteBatch& out_;
  rocksdb::ColumnFamilyHandle* into_;
};

/// Puts entries together again, in the order of their keys.
class collection_reader {
public:
  domain::expected<void> take(std::string_view key, domain::byte_span value) {
    if (key.size() <= lease_length) {
      return domain::failure(domain::errc::storage_failed, "a key is damaged");
    }
    if (const auto lease = key.substr(0, lease_length); lease != lease_) {
      finish();
      lease_ = lease;
    }
    switch (key[lease_length]) {
    case plan_kind:
      return codec::decode_journalled_plan(value).map([&](auto one) { begin(std::move(one)); });
    case end_kind:
      return codec::decode_journalled_end(value).map([&](auto one) { begin(std::move(one)); });
    default:
      return codec::decode_journalled_answer(value).map([&](auto one) { answers_.push_back(std::move(one.what)); });
    }
  }

  std::vector<journalled_collection> take_all() {
    finish();
    return std::move(all_);
  }

private:
  template <class State>
  void begin(State state) {
    state_ = std::move(state);
  }
  void finish() {
    if (state_) {
      all_.push_back({std::move(*state_), std::move(answers_)});
    }
    state_.reset();
    answers_.clear();
  }

  std::string lease_;
  std::optional<std::variant<domain::journalled_plan, domain::journalled_end>> state_;
  std::vector<domain::contribution> answers_;
  std::vector<journalled_collection> all_;
};

domain::expected<std::vector<journalled_collection>> read_all(const database& from) {
  collection_reader reader;
  return from.scan(from.family(0), "", [&](auto key, auto value) { return reader.take(key, value); }).map([&] {
    return reader.take_all();
  });
}

constexpr std::size_t kept_damaged = 3;

class rocksdb_round_journal final : public round_journal {
public:
  rocksdb_round_journal(std::string folder, std::function<void(const damaged_journal&)> lost)
      : folder_(std::move(folder)), lost_(std::move(lost)) {}

  domain::expected<void> open() {
    database_.reset(); // it holds the folder's lock
    auto opened = open_database();
    if (!opened && opened.error().code == domain::errc::malformed) {
      opened = set_aside(folder_, kept_damaged).and_then([&](const std::filesystem::path& moved_to) {
        if (lost_) {
          lost_({opened.error().text, moved_to.string()});
        }
        return open_database();
      });
    }
    return opened;
  }

  /// A database whose log has failed takes nothing more until it is opened again, which rewrites what it has. The
  /// process lives on: so that happens here.
  domain::expected<void> write(const std::vector<journal_entry>& entries) override {
    if (entries.empty()) {
      return {};
    }
    const std::lock_guard lock(mutex_);
    auto outcome = try_to_write(entries);
    if (!outcome && outcome.error().code == domain::errc::storage_failed) {
      outcome = open().and_then([&] { return try_to_write(entries); });
    }
    return outcome;
  }

  domain::expected<std::vector<journalled_collection>> read() const override {
    const std::lock_guard lock(mutex_);
    if (!database_) {
      return domain::failure(domain::errc::storage_failed, "the journal in " + folder_ + " cannot be opened again");
    }
    return read_all(*database_);
  }

private:
  domain::expected<void> open_database() {
    // Whole files may have records in them that cannot be read.
    const auto check = [](database& reading) { return read_all(reading).map([](const auto&) {}); };
    return database::open(folder_, layout, rocksdb::Env::Default(), check).map([this](auto opened) {
      database_ = std::move(opened);
    });
  }

  domain::expected<void> try_to_write(const std::vector<journal_entry>& entries) {
    if (!database_) {
      return domain::failure(domain::errc::storage_failed, "the journal in " + folder_ + " is closed");
    }
    rocksdb::WriteBatch out;
    for (const auto& entry : entries) {
      std::visit(batch_writer{out, database_->family(0)}, entry);
    }
    return database_->write(out, durability::handed_over);
  }

  const std::string folder_;
  const std::function<void(const damaged_journal&)> lost_;
  mutable std::mutex mutex_;
  std::unique_ptr<database> database_; ///< none: could not be opened again, is tried with each write
};

} // namespace

domain::expected<std::unique_ptr<round_journal>>
open_rocksdb_round_journal(const std::string& folder, std::function<void(const damaged_journal&)> lost) {
  auto journal = std::make_unique<rocksdb_round_journal>(folder, std::move(lost));
  return journal->open().map([&]() -> std::unique_ptr<round_journal> { return std::move(journal); });
}

} // namespace fedloom::storage
