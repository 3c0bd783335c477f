#include "actors/client/runtime/remote_package_trainer.hpp"

#include "actors/client/runtime/leftover_processes.hpp"
#include "actors/client/runtime/task_folder.hpp"
#include "actors/package/package_file.hpp"
#include "actors/security/sha256.hpp"
#include "actors/storage/durable_file.hpp"

#include <algorithm>
#include <ranges>
#include <system_error>
#include <vector>

namespace fedloom::client {
namespace {

namespace fs = std::filesystem;
using domain::errc;
using domain::failure;

constexpr const char* archive_suffix = ".tgz";

/// What a failure means to the session; disks and cancellations speak for themselves.
domain::expected<void> as(errc code, domain::error reason) {
  const bool is_of_the_machine =
      reason.code == errc::storage_full || reason.code == errc::storage_failed || reason.code == errc::cancelled;
  return failure(is_of_the_machine ? reason.code : code, std::move(reason.text));
}

/// Of the archives in the folder, the one that was not used for longest first.
std::vector<fs::path> archives_by_age(const fs::path& folder) {
  std::vector<std::pair<fs::file_time_type, fs::path>> found;
  std::error_code unknown;
  for (fs::directory_iterator entry(folder, unknown), end; !unknown && entry != end; entry.increment(unknown))
    if (entry->path().extension() == archive_suffix)
      found.emplace_back(entry->last_write_time(unknown), entry->path());
  std::ranges::sort(found);
  std::vector<fs::path> files;
  std::ranges::move(std::views::values(found), std::back_inserter(files));
  return files;
}

} // namespace

remote_package_trainer::remote_package_trainer(remote_packages settings, sandbox within)
    : settings_(std::move(settings)), within_(std::move(within)), environments_(settings_.environments),
      shelf_(settings_.folder) {
  shelf_.sweep();
  std::error_code unknown;
  for (fs::directory_iterator entry(settings_.work_folder, unknown), end; !unknown && entry != end;
       entry.increment(unknown)) {
    const auto folder = fs::absolute(entry->path()); // of packages that may never be asked for again
    end_leftovers(folder);
    task_folder::sweep(folder);
  }
}

domain::expected<void> remote_package_trainer::prepare(const domain::package_ref& package,
                                                       const domain::shared_bytes& archive, std::stop_token stop) {
  const auto checksum = to_hex(package.content);
  if (settings_.trust.checksum && *settings_.trust.checksum != checksum)
    return failure(errc::digest_mismatch, "this client runs only the compute package " + *settings_.trust.checksum +
                                              ", the session has " + checksum);
  if (!archive.empty())
    if (auto kept = keep_archive(package, archive); !kept)
      return kept;
  std::error_code unknown;
  if (!fs::exists(archive_of(package.content), unknown))
    return failure(errc::not_found, "the compute package " + checksum + " is not here");
  if (auto is_signed = check_signature(package); !is_signed) {
    fs::remove(archive_of(package.content), unknown);
    return is_signed;
  }
  touch(package.content);
  if (ready_.contains(package.content))
    return {};
  const auto project = unpacked(package);
  if (!project)
    return tl::unexpected(project.error());
  auto made = make(package, *project, std::move(stop));
  if (!made)
    return tl::unexpected(made.error());
  ready_[package.content] = std::move(*made);
  retire_the_oldest(package.content);
  return {};
}

domain::expected<void> remote_package_trainer::keep_archive(const domain::package_ref& package,
                                                            const domain::shared_bytes& archive) const {
  if (domain::package_digest{security::sha256_of(archive.span())} != package.content)
    return failure(errc::digest_mismatch, "what came is not the compute package " + to_hex(package.content));
  std::error_code problem;
  fs::create_directories(settings_.folder, problem);
  return storage::write_durably(archive_of(package.content), archive.span());
}

domain::expected<void> remote_package_trainer::check_signature(const domain::package_ref& package) const {
  if (settings_.trust.keys.empty())
    return {};
  if (package.signature.empty())
    return failure(errc::signature_invalid, "the compute package " + to_hex(package.content) +
                                                " is not signed, and only signed ones are run here");
  const auto verified = security::verify_minisign(archive_of(package.content), package.signature, settings_.trust.keys);
  return verified ? domain::expected<void>{} : as(errc::signature_invalid, verified.error());
}

domain::expected<fs::path> remote_package_trainer::unpacked(const domain::package_ref& package) const {
  auto shelved = shelf_.put(archive_of(package.content), to_hex(package.content), settings_.trust.limits);
  if (shelved)
    return std::move(shelved->project_dir);
  std::error_code gone_already;
  fs::remove(archive_of(package.content), gone_already); // nothing of it is of use
  if (shelved.error().code == errc::digest_mismatch)     // it was whole when it was written
    return failure(errc::not_found, "what was kept is damaged: " + shelved.error().text);
  const bool has_no_project = shelved.error().code == errc::not_found;
  return tl::unexpected(as(has_no_project ? errc::config_invalid : errc::package_unsafe, shelved.error()).error());
}

domain::expected<std::unique_ptr<package_trainer>>
remote_package_trainer::make(const domain::package_ref& package, const path& project, std::stop_token stop) const {
  auto loaded = package::load_package(project);
  if (!loaded)
    return tl::unexpected(as(errc::config_invalid, loaded.error()).error());
  if (settings_.python_env)
    loaded->python_env = settings_.python_env;
  if (auto ready = prepare_environment(*loaded, environments_, settings_.environment, std::move(stop)); !ready)
    return tl::unexpected(as(errc::environment_failed, ready.error()).error());
  const auto work = fs::absolute(settings_.work_folder) / to_hex(package.content).substr(0, 16);
  std::error_code problem;
  fs::create_directories(work, problem);
  return std::make_unique<package_trainer>(*loaded, work, within_);
}

fs::path remote_package_trainer::archive_of(const domain::package_digest& package) const {
  return settings_.folder / (to_hex(package) + archive_suffix);
}

void remote_package_trainer::touch(const domain::package_digest& package) const {
  std::error_code ignored;
  fs::last_write_time(archive_of(package), fs::file_time_type::clock::now(), ignored);
}

void remote_package_trainer::retire_the_oldest(const domain::package_digest& but) {
  const auto files = archives_by_age(settings_.folder);
  const auto surplus = files.size() - std::min(files.size(), settings_.kept);
  for (const auto& file : std::views::take(files, static_cast<std::ptrdiff_t>(surplus))) {
    if (file == archive_of(but)) // as old as others, by a coarse clock
      continue;
    const auto name = file.stem().string();
    if (const auto digest = domain::package_digest_from_hex(name))
      ready_.erase(*digest);
    std::error_code ignored;
    fs::remove(file, ignored); // first: without it, what was unpacked does not count
    fs::remove_all(settings_.folder / name, ignored);
    fs::remove_all(settings_.work_folder / name.substr(0, 16), ignored);
  }
}

domain::expected<package_trainer*> remote_package_trainer::find(const task_context& context,
                                                                const std::stop_token& stop) {
  if (context.package.content == domain::package_digest{})
    return failure(errc::entry_point_missing, "the session names no compute package, and this client has none of its "
                                              "own: upload one, or give the client a folder");
  if (!ready_.contains(context.package.content))
    if (auto prepared = prepare(context.package, {}, stop); !prepared)
      return tl::unexpected(prepared.error());
  touch(context.package.content);
  return ready_.at(context.package.content).get();
}

domain::expected<training_result> remote_package_trainer::train(const domain::shared_bytes& model,
                                                                const task_context& context, std::stop_token stop) {
  return find(context, stop).and_then([&](package_trainer* by) { return by->train(model, context, stop); });
}

domain::expected<validation_result>
remote_package_trainer::validate(const domain::shared_bytes& model, const task_context& context, std::stop_token stop) {
  return find(context, stop).and_then([&](package_trainer* by) { return by->validate(model, context, stop); });
}

domain::expected<prediction_result> remote_package_trainer::predict(const domain::shared_bytes& model,
                                                                    const task_context& context, std::stop_token stop) {
  return find(context, stop).and_then([&](package_trainer* by) { return by->predict(model, context, stop); });
}

} // namespace fedloom::client
