#pragma once
#include "actors/aggregation/federated_average.hpp"
#include "tests/simulation/history.hpp"

#include <map>
#include <set>
#include <string>

namespace fedloom::simulation {

/// Reads a history from its beginning, one entry after the other, and says which invariants it breaks. It knows nothing
/// but the history: what crossed the network, and what was on the disks at which time.
class history_checker {
public:
  void see(const history_entry& what);
  /// One line each, empty when all is well.
  const std::string& violations() const noexcept { return violations_; }

  /// How much there was to be checked.
  struct figures {
    std::uint64_t commits = 0;
    std::uint64_t counted = 0; ///< receipts that clients heard
    std::uint64_t kills = 0;
    std::uint64_t fenced = 0;
    std::uint64_t retries = 0; ///< attempts after the first
    std::uint64_t carried = 0; ///< late updates that counted
    std::uint64_t paused = 0;  ///< sessions, by a disk
  };
  const figures& seen() const noexcept { return seen_; }

private:
  struct known_plan {
    std::string combiner;
    domain::round_key round;
    domain::round_plan what;
  };
  struct known_answer {
    domain::contribution what;
    std::uint64_t life = 0;   ///< of the combiner that journalled it
    bool is_given_up = false; ///< the client was told that it is not in
  };
  struct told_part {
    std::string combiner;
    domain::partial what;
  };
  using part_key = std::pair<std::string, domain::lease_id>;

  void on(const event::started& what);
  void on(const event::killed& what);
  void on(const event::began_term& what);
  void on(const event::said& what);
  void on(const event::heard& what);
  void on(const event::wrote& what);
  void on(const event::kept_model& what);
  void on(const event::dropped_model& what);
  void on(const event::journalled& what);
  void on(const event::holds& what);
  void on(const event::acknowledged& what);

  void said(const event::said& by, const domain::round_plan& what);
  void said(const event::said& by, const domain::partial& what);
  void said(const event::said& by, const domain::round_closed& what);
  void said(const event::said& by, const domain::receipt& what);
  void said(const event::said& by, const domain::offer& what);
  void heard_by_client(const event::heard& by, const domain::receipt& what);

  void new_attempt(const domain::round_record& what);
  domain::instant began(const domain::round_record& what) const;
  void changed(const domain::round_record& before, const domain::round_record& what);
  void check_parts(const domain::round_record* before, const domain::round_record& what);
  void changed(const domain::session_record& what);

  void committed(const domain::round_record& what);
  std::string wrong_lists(const domain::round_record& what) const;
  std::string wrong_parts(const domain::round_record& what) const;
  std::string wrong_model(const domain::round_record& what);
  std::string wrong_step(const domain::round_record& what, const aggregation::accumulator& mean, std::uint64_t divisor);
  std::string wrong_update(const domain::round_record& in, const domain::contribution& what) const;
  std::uint64_t weight_of(const domain::round_record& in, const domain::contribution& what) const;
  std::string wrong_excuse(const domain::round_record& what) const;

  void violated(const std::string& what);
  void violated(const domain::round_key& round, const std::string& what);
  domain::model_id head_of(const domain::session_id& session) const;
  std::uint32_t committed_rounds_of(const domain::session_id& session) const;

  std::string violations_;
  figures seen_;
  domain::instant now_{};
  domain::timestamp date_{};
  domain::term term_;
  std::map<std::string, std::uint64_t> lives_;
  std::map<domain::model_id, domain::shared_bytes> models_;
  std::map<domain::session_id, domain::session_record> sessions_;
  std::map<domain::session_id, std::optional<domain::model_id>> states_; ///< that belong to the heads
  std::set<std::pair<domain::session_id, domain::session_status>> were_; ///< what a session ever was on disk
  std::map<domain::session_id, std::uint32_t> resumed_;                  ///< how often, after a disk had paused it
  std::map<domain::round_key, domain::round_record> rounds_;
  std::map<domain::round_key, domain::instant> opened_;
  std::map<domain::session_id, std::vector<domain::round_key>> trail_; ///< committed
  std::map<domain::lease_id, domain::round_key> leases_;
  std::map<domain::round_key, std::set<domain::client_id>> asked_;
  std::set<domain::lease_id> fenced_;
  std::map<domain::lease_id, known_plan> plans_;
  std::map<domain::lease_id, std::vector<told_part>> parts_; ///< as the controller heard them
  std::map<domain::update_key, domain::round_key> counted_;  ///< which round an update is in
  std::set<domain::round_key> with_losses_; ///< rounds in which somebody was counted as lost before the end
  std::set<domain::update_key> accepted_;   ///< whom some combiner told so
  std::map<std::string, std::map<domain::round_key, domain::digest>> held_; ///< by clients
  std::set<domain::update_key> owed_; ///< accepted, as their clients know, and nothing has ended that yet
  std::map<part_key, std::map<domain::client_id, known_answer>> journal_;
  std::map<std::pair<std::string, domain::update_key>, domain::lease_id> journalled_;
};

} // namespace fedloom::simulation
