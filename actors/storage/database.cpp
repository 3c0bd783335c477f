#include "actors/storage/database.hpp"

#include "actors/storage/database_check.hpp"
#include "actors/storage/record_keys.hpp"
#include "actors/storage/rocksdb_options.hpp"

#include <rocksdb/listener.h>
#include <rocksdb/transaction_log.h>

#include <algorithm>
#include <atomic>
#include <filesystem>

namespace fedloom::storage {

namespace {

domain::expected<void> make_folder(const std::string& folder) {
  std::error_code failed;
  if (std::filesystem::create_directories(folder, failed)) {
    // The clients' resume tokens are in it.
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);
  }
  if (failed) {
    return domain::failure(domain::errc::storage_failed, "cannot create the folder " + folder + ": " +
                                                             failed.message() + "; check data_folder and its owner");
  }
  return {};
}

rocksdb::WriteOptions options_for(durability how) {
  rocksdb::WriteOptions options;
  options.sync = how == durability::synced;
  return options;
}

/// The number of the log that is written to.
std::uint64_t log_of(rocksdb::DB& rocks) {
  std::unique_ptr<rocksdb::LogFile> log;
  return rocks.GetCurrentWalFile(&log).ok() ? log->LogNumber() : 0;
}

} // namespace

/// RocksDB would look at a full disk every few seconds, and go on when much of it is free; `write` tries at each batch
/// instead. For that it has to know whether the log itself met the full disk, or only the writing of a table.
class database::error_watch final : public rocksdb::EventListener {
public:
  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status*) override {
    log_failed_ = log_failed_ || reason == rocksdb::BackgroundErrorReason::kWriteCallback;
  }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status, bool* automatic) override {
    *automatic = false;
  }
  bool log_failed() const { return log_failed_; }
  void forget() { log_failed_ = false; }

private:
  std::atomic<bool> log_failed_ = false;
};

database::database(std::string folder, const database_layout& layout)
    : folder_(std::move(folder)), families_(layout.families.size()), watch_(std::make_shared<error_watch>()) {}

domain::expected<std::unique_ptr<database>> database::open(std::string folder, const database_layout& layout,
                                                           rocksdb::Env* environment, const database_check& check) {
  std::unique_ptr<database> opened(new database(std::move(folder), layout));
  bool is_checked = !check;
  return make_folder(opened->folder_)
      .and_then([&] { return check_database(opened->folder_, layout.format, environment); })
      .and_then([&](database_view view) -> domain::expected<void> {
        database reading(opened->folder_, layout);
        if (is_checked || !reading.take_over(view, layout)) {
          return {};
        }
        is_checked = true;
        return check(reading);
      })
      .and_then([&] { return opened->open_files(layout, environment); })
      .and_then([&] { return opened->adopt_format(layout); })
      .and_then([&] { return is_checked ? domain::expected<void>{} : check(*opened); })
      .map([&] { return std::move(opened); });
}

/// Whether the view has all families; then it is ours.
bool database::take_over(database_view& view, const database_layout& layout) {
  auto wanted = layout.families;
  wanted.emplace_back(meta_family);
  for (std::size_t to = 0; to < wanted.size(); ++to) {
    const auto found = std::ranges::find(view.families, wanted[to]);
    if (found == view.families.end()) {
      return false;
    }
    const auto from = static_cast<std::size_t>(found - view.families.begin());
    std::swap(view.families[from], view.families[to]);
    std::swap(view.handles[from], view.handles[to]);
  }
  rocks_ = std::move(view.rocks);
  handles_ = std::exchange(view.handles, {});
  return true;
}

database::~database() {
  if (rocks_) {
    for (auto* handle : handles_) {
      rocks_->DestroyColumnFamilyHandle(handle);
    }
    rocks_->Close();
  }
}

domain::expected<void> database::open_files(const database_layout& layout, rocksdb::Env* environment) {
  auto families = layout.families;
  families.emplace_back(meta_family);
  auto options = database_options();
  options.env = environment;
  options.listeners.push_back(watch_);
  rocksdb::DB* opened = nullptr;
  const auto status = rocksdb::DB::Open(options, folder_, family_descriptors(families), &handles_, &opened);
  if (!status.ok()) {
    return tl::unexpected(storage_error(folder_, status));
  }
  rocks_.reset(opened);
  return {};
}

domain::expected<void> database::adopt_format(const database_layout& layout) {
  const auto found = counter(format_counter);
  if (!found) {
    return tl::unexpected(found.error());
  }
  // At each start: `resume` goes on in a new log, and RocksDB begins one only when there is something in memory.
  rocksdb::WriteBatch batch;
  put_counter(batch, format_counter, layout.format);
  if (*found != 0 && *found != layout.format && layout.upgrade) {
    if (auto upgraded = layout.upgrade(*this, *found, batch); !upgraded) {
      return upgraded;
    }
  }
  return write(batch);
}

/// Whether writing may go on after the disk was full. RocksDB (7.8) says yes as well when it is about to append to the
/// log whose end is unknown; that would end the process.
bool database::resume() {
  if (watch_->log_failed() && !failed_log_) {
    failed_log_ = log_of(*rocks_);
  }
  if (!rocks_->Resume().ok()) {
    return false;
  }
  if (failed_log_ == log_of(*rocks_)) {
    broken_ = {domain::errc::storage_failed, "the store in " + folder_ + ": its log met a full disk and cannot go on"};
    return false;
  }
  watch_->forget();
  failed_log_.reset();
  return true;
}

domain::expected<void> database::write(rocksdb::WriteBatch& batch, durability how) {
  const std::lock_guard lock(mutex_);
  if (broken_.code != domain::errc::none) {
    return tl::unexpected(broken_);
  }
  auto status = rocks_->Write(options_for(how), &batch);
  if (status.IsNoSpace() && resume()) {
    status = rocks_->Write(options_for(how), &batch);
  }
  if (status.ok()) {
    return {};
  }
  if (broken_.code == domain::errc::none && status.IsNoSpace()) {
    return tl::unexpected(storage_error(folder_, status));
  }
  if (broken_.code == domain::errc::none) {
    broken_ = {domain::errc::storage_failed, storage_error(folder_, status).text};
  }
  broken_.text += "; nothing more is written until this process is started again";
  return tl::unexpected(broken_);
}

domain::expected<std::string> database::get(rocksdb::ColumnFamilyHandle* from, const std::string& key) const {
  std::string value;
  const auto status = rocks_->Get({}, from, key, &value);
  if (status.IsNotFound()) {
    return domain::failure(domain::errc::not_found, "no such record");
  }
  if (!status.ok()) {
    return tl::unexpected(storage_error(folder_, status));
  }
  return value;
}

domain::expected<void>
database::scan(rocksdb::ColumnFamilyHandle* from, const std::string& prefix,
               const std::function<domain::expected<void>(std::string_view, domain::byte_span)>& visit) const {
  rocksdb::ReadOptions options;
  options.fill_cache = false; // a listing of everything must not push out what single reads use
  const std::unique_ptr<rocksdb::Iterator> at(rocks_->NewIterator(options, from));
  for (at->Seek(prefix); at->Valid() && at->key().starts_with(prefix); at->Next()) {
    const auto value = at->value();
    if (auto seen = visit(at->key().ToStringView(), domain::as_bytes(value.ToStringView())); !seen) {
      return tl::unexpected(damage_error(folder_, seen.error().text));
    }
  }
  if (!at->status().ok()) {
    return tl::unexpected(storage_error(folder_, at->status()));
  }
  return {};
}

domain::expected<void> database::scan_from(rocksdb::ColumnFamilyHandle* in, const std::string& prefix,
                                           const std::string& from, const entry_visitor& visit) const {
  const std::unique_ptr<rocksdb::Iterator> at(rocks_->NewIterator({}, in));
  for (at->Seek(std::max(prefix, from)); at->Valid() && at->key().starts_with(prefix); at->Next()) {
    if (!visit(at->key().ToStringView(), domain::as_bytes(at->value().ToStringView()))) {
      break;
    }
  }
  return at->status().ok() ? domain::expected<void>{} : tl::unexpected(storage_error(folder_, at->status()));
}

domain::expected<void> database::scan_back(rocksdb::ColumnFamilyHandle* in, const std::string& prefix,
                                           const std::string& from, const entry_visitor& visit) const {
  const std::unique_ptr<rocksdb::Iterator> at(rocks_->NewIterator({}, in));
  for (at->SeekForPrev(from); at->Valid(); at->Prev()) {
    if (at->key() == from) {
      continue;
    }
    if (!at->key().starts_with(prefix) ||
        !visit(at->key().ToStringView(), domain::as_bytes(at->value().ToStringView()))) {
      break;
    }
  }
  return at->status().ok() ? domain::expected<void>{} : tl::unexpected(storage_error(folder_, at->status()));
}

domain::expected<std::uint64_t> database::counter(const std::string& name) const {
  const auto value = get(meta(), name);
  if (!value) {
    return value.error().code == domain::errc::not_found ? domain::expected<std::uint64_t>{0}
                                                         : tl::unexpected(value.error());
  }
  if (value->size() != sizeof(std::uint64_t)) {
    return tl::unexpected(damage_error(folder_, "the counter " + name + " cannot be read"));
  }
  return decode_counter(*value);
}

void database::put_counter(rocksdb::WriteBatch& batch, const std::string& name, std::uint64_t value) const {
  batch.Put(meta(), name, encode_counter(value));
}

} // namespace fedloom::storage
