#include "services/controller/routes/package_check.hpp"

#include "actors/package/package_file.hpp"
#include "actors/package/package_shelf.hpp"
#include "actors/package/unpack.hpp"
#include "actors/security/sha256_file.hpp"

namespace fedloom::controller {

using domain::errc;
using domain::expected;

namespace {

/// A folder of ours for the time of the check.
class scratch_folder {
public:
  explicit scratch_folder(std::filesystem::path at) : path_(std::move(at)) {
    std::filesystem::create_directories(path_, failed_);
  }
  ~scratch_folder() {
    std::error_code ignored; // the folder of uploads is emptied at the next start
    std::filesystem::remove_all(path_, ignored);
  }
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  const std::error_code& failed() const { return failed_; }

private:
  std::filesystem::path path_;
  std::error_code failed_;
};

/// Complaints name where the package stands here, which is nobody's business.
domain::error without_folder(domain::error reason, const std::string& folder) {
  for (auto at = reason.text.find(folder); at != std::string::npos; at = reason.text.find(folder, at)) {
    const bool is_inside = reason.text.compare(at + folder.size(), 1, "/") == 0;
    reason.text.replace(at, folder.size() + (is_inside ? 1 : 0), is_inside ? "" : "the archive");
  }
  if (reason.code == errc::not_found) {
    reason.code = errc::malformed;
  }
  return reason;
}

} // namespace

expected<domain::package_digest> check_package(const std::filesystem::path& archive) {
  const scratch_folder unpacked(archive.string() + ".unpacked");
  if (unpacked.failed()) {
    return domain::failure(errc::storage_failed,
                           "cannot make a folder to unpack the package in: " + unpacked.failed().message());
  }
  return package::unpack(archive, unpacked.path())
      .and_then([&] { return package::find_project(unpacked.path()); })
      .and_then([](const std::filesystem::path& project) { return package::load_package(project); })
      .map_error([&](domain::error reason) { return without_folder(std::move(reason), unpacked.path().string()); })
      .and_then([&](const package::compute_package&) { return security::sha256_of_file(archive); })
      .map([](const security::sha256_digest& digest) { return domain::package_digest{digest}; });
}

} // namespace fedloom::controller
