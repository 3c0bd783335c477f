#pragma once
#include "messages/domain/bytes.hpp"
#include "messages/domain/registration.hpp"
#include "messages/domain/round.hpp"
#include "messages/domain/transfer.hpp"

#include <variant>

namespace fedloom::domain {

/// What a frame says. The order is the wire's union order: append only.
using body = std::variant<combiner_hello, combiner_welcome, join, placement, refused, expect_client, client_hello,
                          client_welcome, heartbeat, roster_changed, goodbye, round_plan, plan_declined, progress,
                          close_collection, partial, round_closed, task, cancel_task, offer, validation, task_failed,
                          receipt, get_model, grant, credit, chunk, abort_transfer, draining, get_package>;

/// What stands on every frame besides its body.
struct header {
  term controller_term;          ///< controller <-> combiner only; 0 elsewhere
  round_key round;               ///< empty session: the body is not about a round
  std::uint64_t correlation = 0; ///< chosen by who asks, repeated by who answers; dies with a restart
  std::uint64_t trace = 0;       ///< one number for everything that a round causes; 0: none
  bool operator==(const header&) const = default;
};

/// One message of the mesh. The payload holds bulk bytes (a chunk, an inline model or update) or nothing.
struct message {
  header head;
  body what;
  shared_bytes payload;
};

/// The body's name as in the schema, for example "round_plan". For logs, metrics and transcripts.
std::string_view name_of(const body& what);

/// `overloaded{[](const task&) {...}, ...}` for std::visit without a default arm.
template <class... Fs>
struct overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
overloaded(Fs...) -> overloaded<Fs...>;

} // namespace fedloom::domain
