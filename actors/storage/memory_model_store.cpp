#include "actors/storage/model_store.hpp"

#include <map>
#include <mutex>

namespace fedloom::storage {

namespace {

class memory_model_store final : public model_store {
public:
  domain::expected<void> put(const domain::model_id& id, domain::byte_span stream) override {
    const std::lock_guard lock(mutex_);
    if (!streams_.contains(id)) {
      streams_.emplace(id, domain::shared_bytes::copy_of(stream));
    }
    return {};
  }

  domain::expected<domain::shared_bytes> get(const domain::model_id& id) const override {
    const std::lock_guard lock(mutex_);
    const auto found = streams_.find(id);
    if (found == streams_.end()) {
      return domain::failure(domain::errc::not_found, "no model " + to_hex(id));
    }
    return found->second;
  }

  bool has(const domain::model_id& id) const override {
    const std::lock_guard lock(mutex_);
    return streams_.contains(id);
  }

  domain::expected<void> remove(const domain::model_id& id) override {
    const std::lock_guard lock(mutex_);
    streams_.erase(id);
    return {};
  }

  std::vector<domain::model_id> list() const override {
    const std::lock_guard lock(mutex_);
    std::vector<domain::model_id> ids;
    ids.reserve(streams_.size());
    for (const auto& [id, stream] : streams_) {
      ids.push_back(id);
    }
    return ids;
  }

private:
  mutable std::mutex mutex_;
  std::map<domain::model_id, domain::shared_bytes> streams_;
};

} // namespace

std::unique_ptr<model_store> make_memory_model_store() {
  return std::make_unique<memory_model_store>();
}

} // namespace fedloom::storage
