#pragma once
#include "actors/combiner/collection_machine.hpp"
#include "actors/combiner/unclaimed_offers.hpp"
#include "actors/storage/round_journal.hpp"
#include "actors/transfer/stream_name.hpp"

#include <deque>
#include <map>
#include <set>

namespace fedloom::combiner {

struct parts_limits {
  collection_limits collection;
  std::size_t open = 16;                     ///< held at once; the oldest gives way
  std::size_t ended = 64;                    ///< remembered for clients that ask late; the oldest is forgotten
  std::size_t unclaimed = 8;                 ///< offers per client that wait for a plan
  domain::milliseconds disk_pause{1000};     ///< until an entry that the journal did not take is tried again
  domain::milliseconds disk_patience{10000}; ///< how long that goes on; then the part is declined
};

namespace parts {
struct send {
  domain::client_id to;
  domain::round_key about;
  domain::body what;
  domain::shared_bytes payload;
};
struct report {
  domain::round_key about;
  domain::body what;
  domain::shared_bytes payload;
}; ///< to the controller
struct need_stream {
  transfer::stream_name name;
  std::uint64_t bytes;
}; ///< answered by stream_ready or stream_failed
/// Begin a sum of zeros for this lease, before anything is folded into it.
struct open_sum {
  domain::lease_id lease;
  domain::shared_bytes head; ///< of the global model's stream
  domain::scale_table scales;
};
struct fold {
  domain::lease_id lease;
  collection::fold what;
};
struct freeze {
  domain::lease_id lease;
};
struct drop_sum {
  domain::lease_id lease;
};
/// Answered by `journalled` with the same lease and client.
struct journal {
  storage::journal_entry entry;
  domain::lease_id lease;
  domain::client_id client; ///< empty: not an answer
};
struct dismiss {}; ///< say goodbye to all clients: nothing more is taken from them
struct drained {}; ///< nothing is held for the controller any more
// For logs and metrics.
struct opened {
  domain::round_key round;
  domain::task_kind kind;
  std::size_t clients;
  bool recovered;
};
struct ended {
  domain::round_key round;
  bool counted;
};
struct dropped {
  domain::round_key round;
  domain::error reason;
};
struct update_accepted {
  std::uint64_t bytes;
};
struct update_refused {
  domain::round_key round;
  domain::client_id client;
  domain::error reason;
};
struct client_failed {
  domain::round_key round;
  domain::client_id client;
  domain::error reason;
};
using effect = std::variant<send, report, need_stream, open_sum, fold, freeze, drop_sum, journal, dismiss, drained,
                            opened, ended, dropped, update_accepted, update_refused, client_failed>;
using effects = std::vector<effect>;
} // namespace parts

/// All parts of rounds that this combiner holds, one collection_machine per lease, and what it remembers of those that
/// ended. Knows which collection a message is for, and what a client hears whose round is not open here:
///
///   ended here           counted, or not_needed; nothing yet to who was late in a session that carries late updates
///   a later plan is here not_needed, unless that plan lists it
///   else                 nothing yet (I-5: it keeps its update); not_needed when the controller has been there for two
///                        leases without a plan that wants it
///
/// What the journal does not take (a full disk) is tried again for a while; then the part is declined.
///
/// After `drain` it takes no plan, freezes what the controller closes without cancelling anybody, and is drained when
/// the last lease is closed, or the controller has been gone for a lease: the journal and the clients keep what there
/// is. Pure.
class parts_machine {
public:
  parts_machine(parts_limits limits, domain::gate& policy) : limits_(limits), policy_(policy) {}

  /// Once, first: what the journal has of a former life.
  parts::effects recover(domain::instant now, std::vector<storage::journalled_collection> journal);

  // from the controller
  parts::effects planned(domain::instant now, const domain::round_key& round, const domain::round_plan& plan);
  parts::effects closing(domain::instant now, const domain::close_collection& what);
  parts::effects closed(domain::instant now, const domain::round_closed& what);
  parts::effects granted(const domain::grant& what);
  parts::effects credited(const domain::credit& what);
  /// The controller has welcomed us: whatever is held is told again, so that a restarted controller can adopt it.
  parts::effects uplinked(domain::instant now);
  void uplink_lost(domain::instant now);

  // from clients
  parts::effects client_came(domain::instant now, const domain::client_id& client, std::uint64_t max_examples);
  parts::effects client_left(domain::instant now, const domain::client_id& client, const domain::error& reason);
  /// An offer, chunk, task_failed or validation; others are ignored.
  parts::effects from_client(domain::instant now, const domain::client_id& client, const domain::message& what);

  // from the neighbours
  parts::effects stream_ready(domain::instant now, const transfer::stream_name& name,
                              const domain::shared_bytes& stream);
  parts::effects stream_failed(domain::instant now, const transfer::stream_name& name, const domain::error& reason);
  void stream_served(const transfer::stream_name& name, std::uint64_t bytes);
  parts::effects folded(domain::instant now, domain::lease_id lease, const collection::folded& outcome);
  parts::effects frozen(domain::instant now, domain::lease_id lease, domain::shared_bytes sum,
                        domain::digest sum_digest);
  parts::effects journalled(domain::instant now, domain::lease_id lease, const domain::client_id& client,
                            const domain::expected<void>& outcome);

  /// The process is about to end.
  parts::effects drain(domain::instant now);
  parts::effects tick(domain::instant now);
  std::optional<domain::instant> next_wake() const;

  std::size_t size() const noexcept { return open_.size(); }
  std::uint64_t staged() const noexcept { return staging_.used(); }

private:
  using machines = std::map<domain::lease_id, collection_machine>;
  struct ended_part {
    domain::lease_id lease;
    domain::round_key round;
    bool counted = false;
    bool knows_late = true; ///< false: from the journal, which does not say who was late
    std::set<domain::update_key> accepted;
    std::set<domain::update_key> late; ///< until a later plan says what becomes of them
  };

  collection_machine& add(domain::instant now, const domain::round_key& round, const domain::round_plan& plan,
                          parts::effects& out);
  void begin(domain::instant now, collection_machine& one, parts::effects& out);
  parts::effects offered(domain::instant now, const domain::client_id& client, const domain::message& in,
                         const domain::offer& what);
  parts::effects answer_stray(domain::instant now, const domain::update_key& key);
  collection_machine* find(const domain::client_id& client, const domain::round_key& key, domain::task_kind kind);
  bool has_another_place(domain::lease_id than, const domain::update_key& key) const;
  bool has_counted(const domain::update_key& key) const;
  bool is_superseded(const domain::round_key& round) const;
  void release_late(parts::effects& out);
  void reconsider_unclaimed(parts::effects& out);
  void give_up_unclaimed(domain::instant now, parts::effects& out);
  std::optional<domain::instant> unclaimed_until() const;
  std::optional<domain::instant> drained_at() const;
  void not_needed(const domain::update_key& key, domain::error reason, parts::effects& out) const;
  void decline(machines::iterator which, const domain::error& reason, parts::effects& out);
  void drop(machines::iterator which, const domain::error& reason, parts::effects& out);
  void erase(machines::iterator which, parts::effects& out);
  void remember(const collection_machine& one, bool counted, parts::effects& out);
  void try_again(domain::instant now, parts::effects& out);
  void settle(domain::instant now, parts::effects& out);
  parts::effects model_ready(domain::instant now, const domain::model_id& model, const domain::shared_bytes& stream);
  parts::effects package_ready(domain::instant now, const domain::package_digest& package);
  static void take(collection_machine& from, collection::effects effects, parts::effects& out);

  parts_limits limits_;
  domain::gate& policy_;
  staging_budget staging_;
  std::map<domain::client_id, std::uint64_t> here_; ///< who is connected, with its max_examples
  machines open_;
  std::deque<ended_part> ended_; ///< oldest first
  unclaimed_offers unclaimed_{limits_.unclaimed};
  /// Which entries the journal has not taken, by lease and client, and since when.
  std::map<std::pair<domain::lease_id, domain::client_id>, domain::instant> unwritten_;
  std::optional<domain::instant> try_again_at_;
  std::optional<domain::instant> uplinked_since_;
  domain::instant alone_since_{}; ///< while there is no uplink
  bool is_draining_ = false;
  bool has_dismissed_ = false;
  bool is_drained_ = false;
};

} // namespace fedloom::combiner
