#include "actors/storage/journal_writer.hpp"

#include "actors/kernel/crash_point.hpp"

#include <pthread.h>

#include <algorithm>
#include <utility>

namespace fedloom::storage {

namespace {

using clock = std::chrono::steady_clock;

} // namespace

bool is_waited_for(const journal_entry& entry) {
  return std::holds_alternative<domain::journalled_plan>(entry) ||
         std::holds_alternative<domain::journalled_answer>(entry);
}

journal_writer::journal_writer(round_journal& journal, std::function<void(const journal_group&)> observe,
                               journal_pace pace)
    : journal_(journal), observe_(std::move(observe)), pace_(pace), thread_([this] { run(); }) {}

journal_writer::~journal_writer() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void journal_writer::write(journal_entry entry, done_function done) {
  bool wakes = false;
  {
    const std::lock_guard lock(mutex_);
    waiting_.is_urgent = waiting_.is_urgent || is_waited_for(entry);
    waiting_.entries.push_back(std::move(entry));
    waiting_.done.push_back(std::move(done));
    wakes = attention_ == attention::every_entry || (attention_ == attention::urgent_entries && waiting_.is_urgent);
    if (wakes) {
      attention_ = attention::nothing; // once is enough
    }
  }
  if (wakes) {
    wake_.notify_one();
  }
}

void journal_writer::run() {
  pthread_setname_np(pthread_self(), "journal");
  const auto is_urgent = [this] { return is_ending_ || waiting_.is_urgent; };
  const auto has_some = [this] { return is_ending_ || !waiting_.entries.empty(); };
  auto rested = clock::now();
  std::unique_lock lock(mutex_);
  for (;;) {
    // While rounds go on the thread looks again by itself, so that an entry for which nobody waits does not wake it.
    attention_ = attention::urgent_entries;
    if (!wake_.wait_for(lock, pace_.patience, is_urgent) && waiting_.entries.empty()) {
      attention_ = attention::every_entry;
      wake_.wait(lock, has_some);
      if (!is_urgent()) {
        continue;
      }
    }
    attention_ = attention::nothing;
    if (clock::now() < rested) {
      wake_.wait_until(lock, rested, [this] { return is_ending_; });
    }
    if (waiting_.entries.empty()) {
      return; // ending
    }
    const auto group = std::exchange(waiting_, {});
    lock.unlock();
    const auto took = write_group(group);
    rested = clock::now() + std::min<clock::duration>(pace_.rest_factor * took, pace_.longest_rest);
    lock.lock();
  }
}

clock::duration journal_writer::write_group(const waiting& group) {
  const auto begun = clock::now();
  const auto outcome = journal_.write(group.entries);
  kernel::crash_point("after-journal");
  const auto took = clock::now() - begun;
  if (observe_) {
    observe_({group.entries.size(), took, outcome.has_value()});
  }
  for (std::size_t i = 0; i < group.done.size(); ++i) {
    if (!outcome || is_waited_for(group.entries[i])) {
      group.done[i](outcome);
    }
  }
  return took;
}

} // namespace fedloom::storage
