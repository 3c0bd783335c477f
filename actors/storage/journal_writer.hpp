#pragma once
#include "actors/storage/round_journal.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace fedloom::storage {

/// One write, as it was.
struct journal_group {
  std::size_t entries = 0;
  std::chrono::duration<double> took{0};
  bool written = false;
};

/// Whether somebody waits until it is written: for a plan and an answer. The end of a lease is told before.
bool is_waited_for(const journal_entry& entry);

/// When a write begins.
struct journal_pace {
  /// An entry for which nobody waits goes with the next plan or answer, or alone after this time. A crash before that
  /// is as one before the word of the round's end had come.
  std::chrono::milliseconds patience{100};
  /// After a write, this many times what it took passes before the next begins, but no more than `longest_rest`:
  /// answers that come one by one would otherwise each be a write, and each write costs what many entries in one do.
  int rest_factor = 8;
  std::chrono::microseconds longest_rest{1000};
};

/// Writes a journal in order on a thread of its own. Group commit: what waits when a write begins goes in one batch, so
/// that a thousand answers at once cost a few writes. Its destructor writes what is left.
class journal_writer {
public:
  using done_function = std::function<void(const domain::expected<void>&)>;

  /// `observe` is told each group, on the writer's thread; it may be empty.
  journal_writer(round_journal& journal, std::function<void(const journal_group&)> observe, journal_pace pace = {});
  ~journal_writer();
  journal_writer(const journal_writer&) = delete;
  journal_writer& operator=(const journal_writer&) = delete;

  /// `done` is called on the writer's thread when the entry is written, if somebody waits for it, or with the
  /// reason why it is not.
  void write(journal_entry entry, done_function done);

private:
  struct waiting {
    std::vector<journal_entry> entries;
    std::vector<done_function> done;
    bool is_urgent = false; ///< somebody waits for one of them
  };
  /// What wakes the thread.
  enum class attention { nothing, urgent_entries, every_entry };

  void run();
  /// The time that passed, writing.
  std::chrono::steady_clock::duration write_group(const waiting& group);

  round_journal& journal_;
  const std::function<void(const journal_group&)> observe_;
  const journal_pace pace_;
  std::mutex mutex_;
  std::condition_variable wake_;
  waiting waiting_;
  attention attention_ = attention::nothing;
  bool is_ending_ = false;
  std::thread thread_; ///< last: begins when all else is there
};

} // namespace fedloom::storage
