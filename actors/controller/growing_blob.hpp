#pragma once
#include "actors/model/stream_hash.hpp"
#include "actors/storage/model_store.hpp"

#include <atomic>
#include <future>
#include <memory>
#include <span>

namespace fedloom::controller {

/// A model stream that goes to the store while it is made: the disk takes its time, and so does the hash. Given up
/// before `store`, nothing of it stays.
class growing_blob {
public:
  growing_blob(storage::model_store& models, std::uint64_t bytes);
  ~growing_blob();
  growing_blob(const growing_blob&) = delete;
  growing_blob& operator=(const growing_blob&) = delete;

  /// To be filled from the start on.
  std::span<std::byte> bytes() { return {stream_.get(), size_}; }
  /// So many bytes from the start are final.
  void made(std::size_t until);
  /// Once, when all is made; it is not stored yet.
  domain::model_id id() { return hasher_.finish(); }
  /// Returns when the stream is durable under its id.
  domain::expected<void> store(const domain::model_id& id);
  domain::shared_bytes stream() const { return {stream_, {stream_.get(), size_}}; }

private:
  domain::expected<void> write();

  static constexpr std::size_t given_up = ~std::size_t{0};
  std::size_t size_;
  std::shared_ptr<std::byte[]> stream_;
  std::unique_ptr<storage::model_writer> file_;
  model::stream_hasher hasher_;
  std::size_t hashed_ = 0;
  std::atomic<std::size_t> ready_{0};
  std::future<domain::expected<void>> written_; ///< last: its thread uses the others
};

} // namespace fedloom::controller
