#include "actors/storage/package_store.hpp"

#include "actors/security/sha256.hpp"
#include "actors/security/sha256_file.hpp"
#include "actors/storage/durable_file.hpp"
#include "actors/storage/mapped_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <mutex>

namespace fedloom::storage {

using domain::expected;
using domain::package_digest;

namespace {

namespace fs = std::filesystem;

constexpr const char* archive_suffix = ".tgz";

domain::error absent(const package_digest& id) {
  return {domain::errc::not_found, "no package " + to_hex(id)};
}

expected<void> compare(const package_digest& wanted, const security::sha256_digest& found, domain::errc code,
                       const std::string& what) {
  if (package_digest{found} == wanted) {
    return {};
  }
  return domain::failure(code, what + " has the SHA-256 " + security::to_hex(found) + ", not " + to_hex(wanted));
}

/// One file per archive, named by its digest, all in one folder.
class file_package_store final : public package_store {
public:
  explicit file_package_store(fs::path folder) : folder_(std::move(folder)) {}

  expected<void> put(const package_digest& id, domain::byte_span archive) override {
    return compare(id, security::sha256_of(archive), domain::errc::malformed, "the archive").and_then([&] {
      return is_whole(id) ? sync_folder(folder_) : write_durably(path_of(id), archive);
    });
  }

  expected<void> put_file(const package_digest& id, const fs::path& file) override {
    return security::sha256_of_file(file)
        .and_then([&](const auto& found) { return compare(id, found, domain::errc::malformed, file.string()); })
        .and_then([&] { return is_whole(id) ? sync_folder(folder_) : take(id, file); });
  }

  expected<domain::shared_bytes> get(const package_digest& id) const override {
    auto archive = map_file(path_of(id));
    if (!archive) {
      return tl::unexpected(archive.error().code == domain::errc::not_found ? absent(id) : archive.error());
    }
    return compare(id, security::sha256_of(archive->span()), domain::errc::storage_failed,
                   "the package file " + path_of(id).string())
        .map([&] { return std::move(*archive); });
  }

  bool has(const package_digest& id) const override {
    std::error_code failed;
    return fs::is_regular_file(path_of(id), failed);
  }

  expected<void> remove(const package_digest& id) override {
    std::error_code failed;
    fs::remove(path_of(id), failed);
    return failed ? tl::unexpected(file_error("remove", path_of(id), failed.value())) : expected<void>{};
  }

  std::vector<package_digest> list() const override {
    std::vector<package_digest> ids;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(folder_, failed)) {
      const auto id = domain::package_digest_from_hex(entry.path().stem().string());
      if (id && entry.path().extension() == archive_suffix) {
        ids.push_back(*id);
      }
    }
    std::ranges::sort(ids);
    return ids;
  }

private:
  fs::path path_of(const package_digest& id) const { return folder_ / (to_hex(id) + archive_suffix); }
  /// One that is there but damaged is replaced.
  bool is_whole(const package_digest& id) const { return get(id).has_value(); }

  /// A second name for the file; on another disk a copy.
  expected<void> take(const package_digest& id, const fs::path& file) {
    const descriptor opened{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!opened || ::fsync(opened.number()) != 0) {
      return tl::unexpected(file_error("sync", file, errno));
    }
    const auto linked = path_of(id).string() + unfinished_suffix;
    const std::lock_guard lock(linking_);
    ::unlink(linked.c_str()); // of a link that could not be named
    if (::link(file.c_str(), linked.c_str()) == 0) {
      if (::rename(linked.c_str(), path_of(id).c_str()) != 0) {
        return tl::unexpected(file_error("name", path_of(id), errno));
      }
      return sync_folder(folder_);
    }
    return map_file(file).and_then([&](const auto& bytes) { return write_durably(path_of(id), bytes.span()); });
  }

  const fs::path folder_;
  std::mutex linking_;
};

class memory_package_store final : public package_store {
public:
  expected<void> put(const package_digest& id, domain::byte_span archive) override {
    return compare(id, security::sha256_of(archive), domain::errc::malformed, "the archive").map([&] {
      const std::lock_guard lock(mutex_);
      archives_.try_emplace(id, domain::shared_bytes::copy_of(archive));
    });
  }
  expected<void> put_file(const package_digest& id, const fs::path& file) override {
    return map_file(file).and_then([&](const auto& bytes) { return put(id, bytes.span()); });
  }
  expected<domain::shared_bytes> get(const package_digest& id) const override {
    const std::lock_guard lock(mutex_);
    const auto found = archives_.find(id);
    return found == archives_.end() ? tl::unexpected(absent(id)) : expected<domain::shared_bytes>{found->second};
  }
  bool has(const package_digest& id) const override {
    const std::lock_guard lock(mutex_);
    return archives_.contains(id);
  }
  expected<void> remove(const package_digest& id) override {
    const std::lock_guard lock(mutex_);
    archives_.erase(id);
    return {};
  }
  std::vector<package_digest> list() const override {
    const std::lock_guard lock(mutex_);
    std::vector<package_digest> ids;
    for (const auto& [id, archive] : archives_) {
      ids.push_back(id);
    }
    return ids;
  }

private:
  mutable std::mutex mutex_;
  std::map<package_digest, domain::shared_bytes> archives_;
};

} // namespace

expected<std::unique_ptr<package_store>> open_file_package_store(const std::string& folder) {
  return prepare_store_folder(folder, "open the package folder").map([&]() -> std::unique_ptr<package_store> {
    return std::make_unique<file_package_store>(folder);
  });
}

std::unique_ptr<package_store> make_memory_package_store() {
  return std::make_unique<memory_package_store>();
}

} // namespace fedloom::storage
