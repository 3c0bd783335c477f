#include "actors/kernel/crash_point.hpp"
#include "actors/model/stream.hpp"
#include "actors/storage/durable_file.hpp"
#include "actors/storage/mapped_file.hpp"
#include "actors/storage/model_store.hpp"

#include <algorithm>
#include <filesystem>

namespace fedloom::storage {

namespace {

namespace fs = std::filesystem;

constexpr const char* model_suffix = ".flm";

domain::error damaged(const fs::path& file, const std::string& why) {
  return {domain::errc::storage_failed,
          "the model file " + file.string() + " is damaged: " + why + "; restore it from a backup"};
}

/// Whether that file has this length: one of another length is damaged, and is replaced.
bool is_there(const fs::path& file, std::uintmax_t bytes) {
  std::error_code absent;
  return fs::file_size(file, absent) == bytes && !absent;
}

fs::path file_of(const fs::path& folder, const domain::model_id& id) {
  return folder / (to_hex(id) + model_suffix);
}

class file_writer final : public model_writer {
public:
  explicit file_writer(fs::path folder) : folder_(std::move(folder)) { kernel::crash_point("before-blob"); }

  domain::expected<void> append(domain::byte_span bytes) override {
    bytes_ += bytes.size();
    return file_.append(bytes);
  }
  domain::expected<void> sync() override { return file_.sync(); }
  domain::expected<void> finish(const domain::model_id& id) override {
    const auto file = file_of(folder_, id);
    if (is_there(file, bytes_)) {
      return sync_folder(folder_); // who renamed it may have died before the folder was synced
    }
    if (auto synced = file_.sync(); !synced) {
      return synced;
    }
    auto named = file_.name(file);
    kernel::crash_point("after-blob");
    return named;
  }

private:
  const fs::path folder_;
  std::uintmax_t bytes_ = 0;
  unfinished_file file_{folder_ / "model"};
};

/// One file per model, named by its id, all in one folder.
class file_model_store final : public model_store {
public:
  explicit file_model_store(fs::path folder) : folder_(std::move(folder)) {}

  domain::expected<void> put(const domain::model_id& id, domain::byte_span stream) override {
    if (is_there(path_of(id), stream.size())) {
      return sync_folder(folder_); // as in file_writer
    }
    file_writer writer(folder_);
    if (auto written = writer.append(stream); !written) {
      return written;
    }
    return writer.finish(id);
  }

  std::unique_ptr<model_writer> begin() override { return std::make_unique<file_writer>(folder_); }

  domain::expected<domain::shared_bytes> get(const domain::model_id& id) const override {
    const auto file = path_of(id);
    auto stream = map_file(file);
    if (!stream) {
      return stream.error().code == domain::errc::not_found
                 ? domain::failure(domain::errc::not_found, "no model " + to_hex(id))
                 : tl::unexpected(stream.error());
    }
    if (const auto read = model::read_stream(stream->span()); !read) {
      return tl::unexpected(damaged(file, read.error().text));
    }
    if (const auto found = model::id_of(stream->span()); found != id) { // I-2
      return tl::unexpected(damaged(file, "its content has the id " + to_hex(found)));
    }
    return stream;
  }

  bool has(const domain::model_id& id) const override {
    std::error_code failed;
    return fs::is_regular_file(path_of(id), failed);
  }

  domain::expected<void> remove(const domain::model_id& id) override {
    std::error_code failed;
    fs::remove(path_of(id), failed);
    return failed ? tl::unexpected(file_error("remove", path_of(id), failed.value())) : domain::expected<void>{};
  }

  std::vector<domain::model_id> list() const override {
    std::vector<domain::model_id> ids;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(folder_, failed)) {
      if (entry.path().extension() == model_suffix) {
        if (auto id = domain::model_id_from_hex(entry.path().stem().string())) {
          ids.push_back(*id);
        }
      }
    }
    std::ranges::sort(ids);
    return ids;
  }

private:
  fs::path path_of(const domain::model_id& id) const { return file_of(folder_, id); }

  const fs::path folder_;
};

} // namespace

domain::expected<std::unique_ptr<model_store>> open_file_model_store(const std::string& folder) {
  return prepare_store_folder(folder, "open the model folder").map([&]() -> std::unique_ptr<model_store> {
    return std::make_unique<file_model_store>(folder);
  });
}

} // namespace fedloom::storage
