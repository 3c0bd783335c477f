#include "actors/storage/database_check.hpp"

#include "actors/storage/log_file.hpp"
#include "actors/storage/mapped_file.hpp"
#include "actors/storage/record_keys.hpp"
#include "actors/storage/rocksdb_options.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>

namespace fedloom::storage {

namespace {

namespace fs = std::filesystem;

struct found_files {
  bool current = false;
  bool log = false;
  bool table = false;
  domain::expected<void> logs; ///< what is wrong with them
};

domain::expected<void> check_log_file(const std::string& folder, const fs::path& file) {
  const auto log = map_file(file);
  if (!log) {
    return tl::unexpected(log.error());
  }
  return check_log(log->span(), file.filename().string()).map_error([&](const domain::error& fault) {
    return damage_error(folder, fault.text);
  });
}

domain::expected<found_files> look_at_files(const std::string& folder) {
  found_files found;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(folder, failed)) {
    const auto name = entry.path().filename().string();
    const auto kind = entry.path().extension();
    found.current |= name == "CURRENT";
    found.log |= kind == ".log";
    found.table |= kind == ".sst";
    if (found.logs && (kind == ".log" || name.starts_with("MANIFEST-"))) {
      found.logs = check_log_file(folder, entry.path());
    }
  }
  if (failed) {
    return domain::failure(domain::errc::storage_failed,
                           "the store in " + folder + ": " + failed.message() + "; make the folder readable");
  }
  return found;
}

/// A database always has a log: the next one is there before the last one goes.
domain::expected<void> check_that_files_are_complete(const std::string& folder, const found_files& found,
                                                     const std::vector<std::string>& families) {
  const bool was_in_use = found.table || families.size() > 1;
  return was_in_use && !found.log ? tl::unexpected(damage_error(folder, "its log (*.log) is missing"))
                                  : domain::expected<void>{};
}

domain::expected<void> check_format(const std::string& folder, std::uint64_t format, const database_view& view) {
  const auto meta = std::ranges::find(view.families, meta_family);
  if (meta == view.families.end()) {
    return {}; // it was being created
  }
  std::string value;
  const auto status =
      view.rocks->Get({}, view.handles[static_cast<std::size_t>(meta - view.families.begin())], format_counter, &value);
  if (status.IsNotFound()) {
    return {};
  }
  if (!status.ok()) {
    return tl::unexpected(storage_error(folder, status));
  }
  if (value.size() != sizeof(std::uint64_t)) {
    return tl::unexpected(damage_error(folder, "its format cannot be read"));
  }
  if (const auto found = decode_counter(value); found > format) {
    return domain::failure(domain::errc::storage_failed, "the store in " + folder + " has format " +
                                                             std::to_string(found) +
                                                             " and this version of fedloom reads up to format " +
                                                             std::to_string(format) + "; start the newer version");
  }
  return {};
}

domain::expected<void> open_view(const std::string& folder, rocksdb::Env* environment, database_view& view) {
  auto options = database_options();
  options.env = environment;
  options.create_if_missing = false;
  options.create_missing_column_families = false;
  auto status = rocksdb::DB::ListColumnFamilies(options, folder, &view.families);
  if (status.ok()) {
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
    for (const auto& name : view.families) {
      descriptors.emplace_back(name, rocksdb::ColumnFamilyOptions{});
    }
    rocksdb::DB* opened = nullptr;
    status = rocksdb::DB::OpenForReadOnly(options, folder, descriptors, &view.handles, &opened);
    view.rocks.reset(opened);
  }
  return status.ok() ? domain::expected<void>{} : tl::unexpected(storage_error(folder, status));
}

domain::expected<void> check_tables(const std::string& folder, const database_view& view) {
  const auto sums = view.rocks->VerifyChecksum();
  return sums.ok() ? domain::expected<void>{} : tl::unexpected(storage_error(folder, sums));
}

domain::expected<void> check_files(const std::string& folder, std::uint64_t format, rocksdb::Env* environment,
                                   database_view& view) {
  const auto found = look_at_files(folder);
  if (!found) {
    return tl::unexpected(found.error());
  }
  if (!found->current) {
    return found->log || found->table ? tl::unexpected(damage_error(folder, "its file CURRENT is missing"))
                                      : domain::expected<void>{};
  }
  if (const auto opened = open_view(folder, environment, view); !opened) {
    return found->logs.and_then([&] { return opened; }); // the logs' own words say where
  }
  return check_format(folder, format, view) // first: a newer version may write other logs
      .and_then([&] { return found->logs; })
      .and_then([&] { return check_that_files_are_complete(folder, *found, view.families); })
      .and_then([&] { return check_tables(folder, view); });
}

} // namespace

database_lock::database_lock(const std::string& folder, rocksdb::Env* environment) : environment_(environment) {
  status_ = environment_->LockFile(folder + "/LOCK", &lock_);
}

database_lock::~database_lock() {
  if (lock_ != nullptr) {
    environment_->UnlockFile(lock_);
  }
}

database_view::~database_view() {
  for (auto* handle : handles) {
    rocks->DestroyColumnFamilyHandle(handle);
  }
}

domain::expected<database_view> check_database(const std::string& folder, std::uint64_t format,
                                               rocksdb::Env* environment) {
  database_view view;
  std::error_code failed;
  if (fs::is_empty(folder, failed)) {
    return view;
  }
  view.lock = std::make_unique<database_lock>(folder, environment);
  if (!view.lock->status().ok()) {
    return tl::unexpected(storage_error(folder, view.lock->status()));
  }
  return check_files(folder, format, environment, view).map([&] { return std::move(view); });
}

} // namespace fedloom::storage
