#pragma once
#include "messages/domain/message.hpp"

#include <optional>
#include <random>
#include <variant>
#include <vector>

namespace fedloom::transport {

/// When to give up waiting, and how long to pause before the next try.
struct dialog_limits {
  domain::milliseconds answer{2000};        ///< for a welcome
  domain::milliseconds first_pause{100};    ///< doubles with every failed try
  domain::milliseconds longest_pause{2000}; ///< what an outage, however long, may cost after its end
};

/// What the shell does for a dialog; `lost` and `established` go to the neighbours.
namespace dialog {
struct open {};  ///< dial the other side (again)
struct close {}; ///< hang up
struct send {
  domain::body what;
};
struct established {}; ///< welcomed: may be talked to
struct lost {
  domain::error reason;
}; ///< was established and is not any more
using effect = std::variant<open, close, send, established, lost>;
using effects = std::vector<effect>;
} // namespace dialog

/// Keeps one dialled connection introduced and alive: hello until welcomed, then heartbeats; any frame from the other
/// side renews the lease. Pure.
///
///   idle --start--> greeting --welcomed--> established --lease over, refused{unknown_peer}--> greeting
///                   greeting --no answer--> pausing --tick--> greeting
class dialog_machine {
public:
  dialog_machine(dialog_limits limits, std::uint32_t seed) : limits_(limits), random_(seed) {}

  /// Dials and says `hello`; also from any other state, with a fresh connection.
  dialog::effects start(domain::instant now, domain::body hello);
  dialog::effects stop();
  dialog::effects welcomed(domain::instant now, domain::milliseconds heartbeat, domain::milliseconds lease);
  /// The other side does not know this connection (any more), or not yet: `retry_after` > 0 says when to try again.
  dialog::effects refused(domain::instant now, const domain::refused& why);
  /// Any frame came in.
  void heard(domain::instant now) noexcept { last_heard_ = now; }
  /// The connection cannot be used any more.
  dialog::effects gone(domain::instant now);
  dialog::effects tick(domain::instant now);

  std::optional<domain::instant> next_wake() const;
  bool is_established() const noexcept { return state_ == state::established; }
  /// Failed tries since the last welcome, start or stop.
  std::uint32_t tries() const noexcept { return tries_; }

private:
  enum class state : std::uint8_t { idle, greeting, pausing, established };

  dialog::effects greet(domain::instant now, bool redial);
  dialog::effects pause(domain::instant now, domain::milliseconds at_least);

  dialog_limits limits_;
  std::minstd_rand random_;
  state state_ = state::idle;
  domain::body hello_;
  std::uint32_t tries_ = 0;
  std::uint64_t sequence_ = 0;
  domain::milliseconds heartbeat_{1000};
  domain::milliseconds lease_{3000};
  domain::instant until_{}; ///< greeting: answer due; pausing: next try
  domain::instant next_heartbeat_{};
  domain::instant last_heard_{};
};

} // namespace fedloom::transport
