#include "actors/controller/growing_blob.hpp"

namespace fedloom::controller {

growing_blob::growing_blob(storage::model_store& models, std::uint64_t bytes)
    : size_(bytes), stream_(std::make_shared_for_overwrite<std::byte[]>(bytes)), file_(models.begin()),
      written_(std::async(std::launch::async, [this] { return write(); })) {}

growing_blob::~growing_blob() {
  if (written_.valid()) {
    ready_.store(given_up);
    ready_.notify_one();
  }
}

domain::expected<void> growing_blob::write() {
  for (std::size_t at = 0; at < size_;) {
    ready_.wait(at);
    const auto until = ready_.load();
    if (until == given_up) {
      return domain::failure(domain::errc::cancelled, "given up");
    }
    if (auto appended = file_->append({stream_.get() + at, until - at}); !appended) {
      return appended;
    }
    at = until;
  }
  return file_->sync();
}

void growing_blob::made(std::size_t until) {
  ready_.store(until);
  ready_.notify_one();
  hasher_.update({stream_.get() + hashed_, until - hashed_});
  hashed_ = until;
}

domain::expected<void> growing_blob::store(const domain::model_id& id) {
  auto synced = written_.get();
  return synced ? file_->finish(id) : synced;
}

} // namespace fedloom::controller
