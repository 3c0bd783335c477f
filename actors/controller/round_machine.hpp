#pragma once
#include "actors/controller/effects.hpp"
#include "actors/controller/registry_machine.hpp"
#include "messages/domain/message.hpp"
#include "messages/domain/record.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <variant>
#include <vector>

namespace fedloom::controller {

/// When a collection ends, and how long it waits for what is missing.
struct round_limits {
  std::uint32_t enough = 0;                  ///< k: accepted answers that end the collection; 0: all that were asked
  std::uint32_t quorum = 0;                  ///< fewer accepted answers are of no use
  domain::milliseconds deadline{180000};     ///< from opening
  domain::milliseconds absence{3000};        ///< a combiner away for so long is fenced
  domain::milliseconds closing{30000};       ///< from close_collection to the partial, beyond which a part is fenced
  domain::milliseconds replacing_pause{200}; ///< clients of a fenced part that come back are gathered for so long
};

namespace round {
struct send {
  domain::combiner_id to;
  domain::round_key about;
  domain::body what;
};
/// A part has arrived whole but for its sum; answered by `sum_merged` or `sum_failed`.
struct fetch_sum {
  domain::combiner_id from;
  domain::round_key about;
  domain::partial what;
  bool again =
      false; ///< its connection broke: go on if it is still under way, for the answer may be on its way already
};
/// Give the sum up if it is not merged yet; answered by `sum_failed`, unless `sum_merged` is on its way already.
struct abandon_sum {
  domain::lease_id lease;
};
struct parts_changed {}; ///< the record must be written before what follows
struct settled {};       ///< every part is in, or fenced
using effect = std::variant<send, fetch_sum, abandon_sum, parts_changed, settled>;
using effects = std::vector<effect>;
} // namespace round

/// Runs one collection (training or validation) of one attempt over all combiners: plans its parts, decides alone when
/// it ends, takes in the partials, fences combiners that are lost and re-places their clients. Pure.
///
///   open --all answered, k accepted, deadline--> closing --every part taken or fenced--> settled
///
/// The part of a combiner that drains is closed at once, while the others go on; who had not answered there is
/// re-placed too. Who was lost is not missed before all others have answered; when the quorum cannot be met without
/// them, `wait_for_lost` lets the collection go on until they are back, enough has come or the time is up. I-1: a part
/// is taken at most once, and only under a lease that is not fenced; a part whose sum is being merged is not fenced
/// before the merge has been called off, so that record and sum never differ. I-8: every wait ends.
class round_machine {
public:
  using lease_source = std::function<domain::lease_id()>;

  /// `plan` is the common part of every round_plan; its lease, cohort and remaining time are filled in per combiner.
  round_machine(domain::round_key about, domain::round_plan plan, round_limits limits, lease_source leases,
                domain::instant now);

  /// Plans parts for these clients, grouped by combiner. Those in `carried` answer an earlier round's task.
  round::effects open(const std::vector<available_client>& cohort,
                      std::map<domain::client_id, domain::carried_client> carried = {});
  /// Takes over the parts that an earlier life planned; combiners that come up are sent their plan again.
  /// `missing` are those whose part was lost in that life.
  void adopt(domain::instant now, const std::vector<domain::part_record>& parts,
             const std::vector<domain::contribution_failure>& missing = {});
  /// Sends each part its plan; after the record is stored.
  round::effects announce(domain::instant now);

  round::effects combiner_up(domain::instant now, const domain::combiner_id& combiner);
  round::effects combiner_down(domain::instant now, const domain::combiner_id& combiner);
  /// It is about to end: its parts are taken as they are, and no part is planned there until it comes up anew.
  round::effects combiner_draining(domain::instant now, const domain::combiner_id& combiner);
  round::effects client_up(domain::instant now, const available_client& who);
  void client_down(const domain::client_id& client);
  round::effects received(domain::instant now, const domain::combiner_id& from, const domain::progress& what);
  round::effects received(domain::instant now, const domain::combiner_id& from, const domain::plan_declined& what);
  round::effects received(domain::instant now, const domain::combiner_id& from, const domain::partial& what);
  round::effects sum_merged(domain::instant now, domain::lease_id lease);
  round::effects sum_failed(domain::instant now, domain::lease_id lease, const domain::error& reason);
  round::effects tick(domain::instant now);
  /// Ends the collection early with what is there.
  round::effects close(domain::instant now);
  /// Once settled, in place of an end without its quorum. True: it goes on, for the lost ones could still meet it.
  bool wait_for_lost(domain::instant now);
  std::optional<domain::instant> next_wake() const;

  bool has(domain::lease_id lease) const { return parts_.contains(lease); }
  bool is_settled() const noexcept { return stage_ == stage::settled; }
  const domain::round_key& about() const noexcept { return about_; }
  const domain::round_plan& plan() const noexcept { return plan_; }
  std::size_t asked() const noexcept { return asked_; }

  /// Parts that are open or taken; without the fenced ones.
  std::vector<domain::part_record> parts() const;
  /// Every part with its combiner, to be told round_closed: taken ones with `counted`.
  std::vector<std::pair<domain::combiner_id, domain::lease_id>> leases() const;
  bool is_taken(domain::lease_id lease) const;
  /// False for a part that was taken although its combiner has begun it anew: what it holds now did not count.
  bool is_held(domain::lease_id lease) const;
  /// Sorted by client; meaningful once settled.
  std::vector<domain::contribution> contributions() const;
  std::vector<domain::contribution_failure> failures() const;
  /// Of the failures: who went away, and may come back.
  std::set<domain::client_id> lost() const;
  /// Those who are in no part any more, for a life to come.
  std::vector<domain::contribution_failure> missing() const;
  std::uint64_t weight() const;
  std::uint64_t bytes_up() const;
  std::uint64_t bytes_down() const;

private:
  enum class part_stage : std::uint8_t { open, merging, taken, fenced };
  struct part {
    domain::combiner_id combiner;
    std::vector<domain::client_id> cohort; ///< with the carried ones, without who was placed anew since
    part_stage at = part_stage::open;
    domain::progress totals;
    std::optional<domain::instant> away_since;
    std::optional<domain::instant> close_by; ///< told to hand in, or doing it: until when it is waited for
    bool abandoned = false;                  ///< merging was called off; the answer is on its way
    bool asked_anew = false;                 ///< while merging: a combiner that has restarted begins anew
    bool lost = false;                       ///< merging or taken, but the combiner has begun anew
    std::optional<domain::partial> result;
    domain::error reason; ///< why it was fenced
  };
  enum class stage : std::uint8_t { open, closing, settled };
  /// A client whose part is lost or was closed early, until it turns up at another combiner.
  struct orphan {
    domain::instant until;
    domain::error reason;
    bool is_reserve = false; ///< waited for only as long as the quorum is missed
  };

  domain::lease_id add_part(const domain::combiner_id& combiner, std::vector<domain::client_id> cohort);
  domain::part_record record_of(domain::lease_id lease, const part& which) const;
  round::effects send_plan(domain::instant now, domain::lease_id lease, const part& to) const;
  void fence(domain::instant now, part& which, domain::error reason, bool clients_may_return);
  void orphaned(domain::instant now, const domain::client_id& client, const domain::combiner_id& from,
                domain::error reason);
  void take_back_drained(domain::instant now, part& which);
  void give_up(const domain::client_id& client, domain::error reason);
  void take_in(const part& which);
  static bool is_of(const part& which, const domain::partial& what);
  void left_by_all(domain::instant now, const domain::combiner_id& combiner);
  void has_to_move(domain::instant now, const domain::client_id& client);
  void dismiss_emptied(round::effects& out);
  void came_back(domain::instant now, const domain::client_id& client, const domain::combiner_id& combiner);
  round::effects replace_returned(domain::instant now);
  round::effects decide(domain::instant now);
  void reopen(domain::instant now);
  round::effects begin_closing(domain::instant now);
  round::effects close_part(domain::instant now, domain::lease_id lease, part& which) const;
  std::size_t accepted() const;
  bool all_have_answered() const;
  static bool may_come_back(const domain::contribution_failure& who);

  domain::round_key about_;
  domain::round_plan plan_;
  round_limits limits_;
  lease_source leases_;
  domain::instant deadline_;
  stage stage_ = stage::open;
  std::size_t asked_ = 0;
  std::map<domain::lease_id, part> parts_;
  std::map<domain::client_id, domain::carried_client> carried_;
  std::set<domain::combiner_id> draining_;
  std::map<domain::client_id, orphan> orphans_;
  std::map<domain::client_id, domain::combiner_id> returned_;
  domain::instant replace_at_{};
  /// Where clients have come up since the collection began.
  std::map<domain::client_id, domain::combiner_id> seen_at_;
  std::vector<domain::contribution_failure> lost_;
};

} // namespace fedloom::controller
