#pragma once
#include "actors/kernel/worker.hpp"
#include "actors/storage/round_store.hpp"

#include <functional>

namespace fedloom::storage {

/// Writes batches in order on a thread of its own, so that no actor waits for a disk.
class store_writer {
public:
  explicit store_writer(round_store& store) : store_(store), thread_("store", 1, 65536) {}

  /// `done` is called on the writer's thread when the batch is on disk, or with the reason why it is not.
  void write(batch changes, std::function<void(domain::expected<void>)> done) {
    const bool taken = thread_.post([this, changes = std::move(changes), done] { done(store_.write(changes)); });
    if (!taken) {
      done(domain::failure(domain::errc::busy, "the store's queue is full"));
    }
  }

private:
  round_store& store_;
  kernel::worker thread_;
};

} // namespace fedloom::storage
