#pragma once
#include "messages/domain/record.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <variant>

namespace fedloom::controller {

/// What watchers of a session hear: a finished round, a failed attempt, or the session's end.
using feed_entry = std::variant<domain::round_record, domain::session_record>;

/// The last entries of all sessions, for any number of readers that wait on their own threads (server-sent events).
/// Bounded: a reader that falls behind by more than `kept` reads the rest from the store.
class round_feed {
public:
  static constexpr std::size_t kept = 256;

  void publish(feed_entry what);
  /// The cursor of the next entry to come.
  std::uint64_t now() const;
  /// The entry at `cursor` (which is moved on), or none when `stop` is requested or `limit` has passed.
  std::optional<feed_entry> next(std::uint64_t& cursor, std::stop_token stop, std::chrono::milliseconds limit);

private:
  mutable std::mutex mutex_;
  std::condition_variable_any arrived_;
  std::deque<feed_entry> entries_;
  std::uint64_t first_ = 0; ///< cursor of entries_.front()
};

} // namespace fedloom::controller
