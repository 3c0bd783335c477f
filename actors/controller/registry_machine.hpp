#pragma once
#include "actors/storage/round_store.hpp"
#include "actors/transport/gateway.hpp"
#include "messages/domain/gate.hpp"
#include "messages/domain/message.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <variant>
#include <vector>

namespace fedloom::controller {

struct registry_config {
  domain::milliseconds heartbeat{1000};     ///< asked of combiners
  domain::milliseconds lease{3000};         ///< a combiner unheard for so long is gone
  domain::milliseconds ticket_valid{10000}; ///< how long a placement may take to be used
  std::uint32_t max_combiners = 1000;
  std::uint32_t max_clients = 100000;
  std::uint64_t max_examples = std::uint64_t{1} << 32; ///< the most that one client may declare
};

/// A client that can be given work now.
struct available_client {
  domain::client_id client;
  domain::combiner_id combiner;
  std::uint64_t max_examples = 0;
  domain::machine_claim machine{};
  bool operator==(const available_client&) const = default;
};

namespace registry {
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
/// What stands behind it in the same step depends on it. When it fails, `not_stored` comes in.
struct store {
  storage::batch changes;
  transport::peer_id asked_by;
};
struct combiner_up {
  domain::combiner_id combiner;
  transport::peer_id peer;
};
struct combiner_down {
  domain::combiner_id combiner;
  domain::error reason;
};
/// It takes nobody and nothing new, and hands in what it has.
struct combiner_draining {
  domain::combiner_id combiner;
  std::string reason;
};
struct client_up {
  available_client who;
};
struct client_down {
  domain::client_id client;
};
struct turned_away {
  std::string who;
  domain::error reason;
};
using effect = std::variant<send, identify, hang_up, store, combiner_up, combiner_down, combiner_draining, client_up,
                            client_down, turned_away>;
using effects = std::vector<effect>;
} // namespace registry

/// Knows every combiner and client, who is alive, and places clients: the preferred combiner if it lives and has room,
/// else the one with the fewest clients, or where it was before if that has not twice as many. Identities of combiners'
/// connections are "combiner/<id>". Pure.
///
/// A combiner hears something at least every two heartbeats, even while its own heartbeats wait behind the chunks of a
/// large sum: it must not take us for dead.
class registry_machine {
public:
  using token_source = std::function<domain::token()>;

  registry_machine(registry_config config, domain::gate& policy, token_source tokens);
  /// The active package, none: there is none. Placements from now on name it.
  void package_is(domain::package_ref active) { package_ = std::move(active); }
  /// What an earlier life has stored. Nobody is alive yet.
  void restore(const std::vector<domain::combiner_record>& combiners,
               const std::vector<domain::client_record>& clients);

  registry::effects greeted(domain::instant now, domain::timestamp date, transport::peer_id from,
                            const domain::combiner_hello& hello);
  registry::effects beat(domain::instant now, transport::peer_id from, const std::string& identity,
                         const domain::heartbeat& beat);
  void heard(domain::instant now, const std::string& identity);
  registry::effects roster(domain::instant now, const std::string& identity, const domain::roster_changed& what);
  registry::effects drains(transport::peer_id from, const std::string& identity, const domain::draining& why);
  registry::effects said_goodbye(transport::peer_id from, const std::string& identity, const domain::goodbye& why);
  registry::effects join(domain::instant now, domain::timestamp date, transport::peer_id from,
                         const domain::join& asked);
  registry::effects gone(transport::peer_id peer, const std::string& identity);
  /// The store is full: who asked is refused, and nothing has changed.
  registry::effects not_stored(const registry::store& what, const domain::error& reason);
  registry::effects tick(domain::instant now);

  std::optional<domain::instant> next_wake() const;
  /// Clients with a living lease at a living combiner, by id.
  std::vector<available_client> available() const;
  /// Living combiners and their connections.
  std::map<domain::combiner_id, transport::peer_id> living() const;
  /// Those among them that are about to end.
  std::set<domain::combiner_id> draining() const;

  struct client_view {
    domain::client_record record;
    bool online = false;
  };
  struct combiner_view {
    domain::combiner_record record;
    bool alive = false;
    std::size_t clients = 0;
  };
  std::vector<client_view> clients() const;
  std::vector<combiner_view> combiners() const;

private:
  struct combiner_entry {
    domain::combiner_record record;
    std::optional<transport::peer_id> peer; ///< set: alive
    domain::instant last_heard{};
    domain::instant last_told{};
    bool is_draining = false;
    std::set<domain::client_id> clients; ///< placed here or reported from here
  };
  struct client_entry {
    domain::client_record record;
    bool online = false;
    domain::instant placed_until{}; ///< a placement under way
    /// Who reported it last and has not taken that back: where it is, if it does not come where it was placed.
    std::optional<domain::combiner_id> seen_at{};
  };

  domain::error why_refused(domain::instant now, const domain::join& asked) const;
  combiner_entry* choose(const domain::join& asked);
  void leave_combiner(const domain::client_id& client, const client_entry& entry);
  registry::effects pulse(domain::instant now);
  void end_lease(combiner_entry& combiner, domain::error reason, registry::effects& out);
  void set_online(const domain::client_id& client, const domain::combiner_id& at, registry::effects& out);
  void believe_the_other(const domain::client_id& client, registry::effects& out);
  void set_offline(const domain::client_id& client, const domain::combiner_id& at, registry::effects& out);
  combiner_entry* find_by_identity(const std::string& identity);

  registry_config config_;
  domain::gate& policy_;
  token_source tokens_;
  domain::package_ref package_; ///< the active one
  std::map<domain::combiner_id, combiner_entry> combiners_;
  std::map<domain::client_id, client_entry> clients_;
  domain::instant next_pulse_{};
};

} // namespace fedloom::controller
