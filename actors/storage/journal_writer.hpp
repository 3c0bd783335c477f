#pragma once
#include "actors/kernel/worker.hpp"
#include "actors/storage/round_journal.hpp"

#include <functional>
#include <mutex>
#include <vector>

namespace fedloom::storage {

/// One write, as it was.
struct journal_group {
  std::size_t entries = 0;
  std::chrono::duration<double> took{0};
  bool written = false;
};

/// Writes a journal in order on a thread of its own. Group commit: what waits when a write begins goes in one batch, so
/// that a thousand answers at once cost a few writes.
class journal_writer {
public:
  using done_function = std::function<void(const domain::expected<void>&)>;

  /// `observe` is told each group, on the writer's thread; it may be empty.
  journal_writer(round_journal& journal, std::function<void(const journal_group&)> observe);

  /// `done` is called on the writer's thread when the entry is written, or with the reason why it is not.
  void write(journal_entry entry, done_function done);

private:
  struct waiting {
    std::vector<journal_entry> entries;
    std::vector<done_function> done;
  };
  void write_group();

  round_journal& journal_;
  std::function<void(const journal_group&)> observe_;
  std::mutex mutex_;
  waiting waiting_;
  kernel::worker thread_; ///< last: ends before what its jobs touch
};

} // namespace fedloom::storage
