#pragma once
#include "messages/domain/chrono.hpp"
#include "messages/domain/error.hpp"
#include "messages/domain/ids.hpp"
#include "messages/domain/transfer.hpp"

#include <vector>

namespace fedloom::domain {

/// combiner -> controller, first on every connection and again after `refused{unknown_peer}`.
struct combiner_hello {
  combiner_id combiner;
  std::string endpoint; ///< where clients reach it, for example "tcp://10.0.0.5:12080"
  std::uint32_t max_clients = 0;
  bool operator==(const combiner_hello&) const = default;
};

/// controller -> combiner, answers combiner_hello. The frame's header carries the term.
struct combiner_welcome {
  milliseconds heartbeat{1000};
  milliseconds lease{3000};
  bool operator==(const combiner_welcome&) const = default;
};

/// What a client says of the machine it runs on. Claimed, not observed; zero: unknown.
struct machine_claim {
  std::uint32_t cpu_cores = 0;
  std::uint64_t memory_bytes = 0;
  std::string sandbox{}; ///< the level that entry points run under: "bubblewrap", "seccomp", "none"; empty: runs none
  std::string version{}; ///< of the client's program
  bool operator==(const machine_claim&) const = default;
};

/// client -> controller: give me a combiner.
struct join {
  client_id client;
  std::string name;               ///< for people; may be empty
  combiner_id preferred_combiner; ///< empty: any
  token resume;                   ///< what the last placement answered; zero the first time
  std::uint64_t max_examples = 0; ///< the largest example_count it will ever report, >= 1; bounds the round's sum
  /// The one that has just fallen silent, empty: none. The controller may not have noticed yet, and must not send the
  /// client back there while there is another.
  combiner_id lost_combiner{};
  machine_claim machine{};
  bool operator==(const join&) const = default;
};

/// controller -> client, answers join.
struct placement {
  combiner_id combiner;
  std::string endpoint;
  token ticket;          ///< shown to the combiner in client_hello
  token resume;          ///< kept by the client; proves next time that it is the same one
  package_ref package{}; ///< the active one, to be fetched and prepared before the first task; none: nothing to prepare
  bool operator==(const placement&) const = default;
};

/// Answers any introduction or request that cannot be served. `unknown_peer` asks for a new hello.
struct refused {
  error reason;
  milliseconds retry_after{0}; ///< 0: do not retry unchanged
  bool operator==(const refused&) const = default;
};

/// controller -> combiner: the other half of a placement.
struct expect_client {
  client_id client;
  token ticket;
  std::uint64_t max_examples = 0;
  milliseconds valid{0}; ///< after that the ticket is void unless it was used
  bool operator==(const expect_client&) const = default;
};

/// client -> combiner, first on every connection and again after `refused{unknown_peer}`.
struct client_hello {
  client_id client;
  token ticket;
  bool operator==(const client_hello&) const = default;
};

/// combiner -> client, answers client_hello.
struct client_welcome {
  milliseconds heartbeat{1000};
  milliseconds lease{3000};
  bool operator==(const client_welcome&) const = default;
};

/// Sign of life, in both directions. The dialled side answers each with the same sequence number.
struct heartbeat {
  std::uint64_t sequence = 0;
  bool operator==(const heartbeat&) const = default;
};

/// combiner -> controller, in batches: who came and who went since the last one. Idempotent.
struct roster_changed {
  bool whole = false; ///< true: `present` is the complete roster, sent after each combiner_welcome
  std::vector<client_id> present;
  std::vector<client_id> gone;
  bool operator==(const roster_changed&) const = default;
};

/// combiner -> controller: place nobody here any more and take what I have collected; I am about to end. Answered by
/// `close_collection` for each open lease, and by `round_closed` as usual.
struct draining {
  std::string reason;
  bool operator==(const draining&) const = default;
};

/// Says that the sender leaves on purpose; its lease ends now.
struct goodbye {
  std::string reason;
  bool operator==(const goodbye&) const = default;
};

} // namespace fedloom::domain
