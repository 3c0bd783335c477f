#pragma once
#include "actors/transport/gateway.hpp"
#include "messages/domain/message.hpp"

#include <map>
#include <optional>
#include <variant>
#include <vector>

namespace fedloom::combiner {

struct roster_config {
  std::uint32_t max_clients = 1000;
  domain::milliseconds heartbeat{1000}; ///< asked of clients
  domain::milliseconds lease{3000};     ///< a client unheard for so long is gone
};

/// A client that holds a living lease here.
struct member {
  domain::client_id client;
  transport::peer_id peer;
  std::uint64_t max_examples = 0;
};

namespace roster {
struct send {
  transport::peer_id to;
  domain::body what;
};
struct identify {
  transport::peer_id peer;
  std::string identity;
};
struct hang_up {
  transport::peer_id peer;
};
struct client_came {
  member who;
};
struct client_left {
  domain::client_id client;
  domain::error reason;
};
struct report {
  domain::roster_changed what;
}; ///< to the controller
struct turned_away {
  domain::client_id client;
  domain::error reason;
};
using effect = std::variant<send, identify, hang_up, client_came, client_left, report, turned_away>;
using effects = std::vector<effect>;
} // namespace roster

/// Owns the leases of a combiner's clients: admits those that show the ticket of their placement, renews with every
/// frame, and reports who came and went, in batches. Identities of clients' connections: identity.hpp. Pure.
///
/// A member hears something at least every two heartbeats, even while its own heartbeats wait behind the chunks of a
/// long upload: it must not take us for dead.
///
///   expected --client_hello with the ticket--> member --lease over, goodbye, connection gone--> expected
class roster_machine {
public:
  explicit roster_machine(roster_config config) : config_(config) {}

  roster::effects expect(domain::instant now, const domain::expect_client& who);
  roster::effects greeted(domain::instant now, transport::peer_id from, const domain::client_hello& hello);
  roster::effects beat(domain::instant now, transport::peer_id from, const std::string& identity,
                       const domain::heartbeat& beat);
  /// Any frame came in from this client.
  void heard(domain::instant now, const std::string& identity);
  roster::effects said_goodbye(transport::peer_id from, const std::string& identity, const domain::goodbye& why);
  roster::effects gone(transport::peer_id peer, const std::string& identity);
  /// The controller welcomed us: it hears the whole roster.
  roster::effects uplinked();
  roster::effects tick(domain::instant now);
  /// Says goodbye to all, and takes nobody any more; the process is about to end.
  roster::effects leave();

  std::optional<domain::instant> next_wake() const;
  std::size_t member_count() const noexcept { return members_; }
  std::vector<member> members() const;

private:
  struct entry {
    domain::token ticket;
    std::uint64_t max_examples = 0;
    domain::instant ticket_until{};
    std::optional<transport::peer_id> peer; ///< set: a member
    bool placed_anew =
        false; ///< the controller has placed it since it was reported, and counts it as away until it is again
    domain::instant last_heard{};
    domain::instant last_told{};
  };

  domain::instant end_of(const entry& one) const;
  std::map<domain::client_id, entry>::iterator find_member(const std::string& identity);
  roster::effects turn_away(transport::peer_id from, const domain::client_id& who, domain::error reason);
  void leave(std::map<domain::client_id, entry>::iterator at, domain::error reason, roster::effects& out);
  roster::effects sweep(domain::instant now);
  roster::effects pulse(domain::instant now);
  roster::effects report_changes();

  roster_config config_;
  std::map<domain::client_id, entry> entries_;
  std::size_t members_ = 0;
  bool has_met_controller_ = false;
  bool is_leaving_ = false;
  domain::instant next_sweep_{};
  bool sweep_armed_ = false;
  domain::instant next_pulse_{}; ///< while there are members
  domain::roster_changed unreported_;
};

} // namespace fedloom::combiner
