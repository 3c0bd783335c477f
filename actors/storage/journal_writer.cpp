#include "actors/storage/journal_writer.hpp"

#include "actors/kernel/crash_point.hpp"

#include <chrono>

namespace fedloom::storage {

journal_writer::journal_writer(round_journal& journal, std::function<void(const journal_group&)> observe)
    : journal_(journal), observe_(std::move(observe)), thread_("journal", 1, 2) {}

void journal_writer::write(journal_entry entry, done_function done) {
  bool is_first = false;
  {
    const std::lock_guard lock(mutex_);
    is_first = waiting_.entries.empty();
    waiting_.entries.push_back(std::move(entry));
    waiting_.done.push_back(std::move(done));
  }
  // One job for all that waits: whoever comes before it begins rides along. It is refused only while the writer ends.
  if (is_first && !thread_.post([this] { write_group(); })) {
    const std::lock_guard lock(mutex_);
    waiting_ = {};
  }
}

void journal_writer::write_group() {
  waiting group;
  {
    const std::lock_guard lock(mutex_);
    std::swap(group, waiting_);
  }
  const auto begun = std::chrono::steady_clock::now();
  const auto outcome = journal_.write(group.entries);
  kernel::crash_point("after-journal");
  if (observe_) {
    observe_({group.entries.size(), std::chrono::steady_clock::now() - begun, outcome.has_value()});
  }
  for (const auto& done : group.done) {
    done(outcome);
  }
}

} // namespace fedloom::storage
