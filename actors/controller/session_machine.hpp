#pragma once
#include "actors/controller/round_machine.hpp"
#include "actors/controller/session_course.hpp"
#include "actors/controller/session_effects.hpp"
#include "actors/controller/session_options.hpp"
#include "actors/controller/session_order.hpp"
#include "actors/controller/track_record.hpp"

#include <deque>
#include <list>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <vector>

namespace fedloom::controller {

struct session_limits {
  domain::milliseconds absence{3000}; ///< a combiner away for so long is fenced
  domain::milliseconds closing{30000};
  domain::milliseconds declined_pause{3000};  ///< a combiner that cannot carry a plan out gets no other for so long
  domain::milliseconds full_disk_pause{2000}; ///< until a store that was full is tried again
  std::size_t sessions = 10000;
  std::size_t queued = 100;
};

/// Rounds that are validated at the same time: the last one, and those before it whose answers are still on their way.
inline constexpr std::size_t validations_most = 4;

/// True for a session that runs no more: only a finished one can be continued.
bool has_ended(domain::session_status status);

/// Runs sessions, one at a time, the others queued: opens rounds, commits global models, validates, retries, ends. Owns
/// every session and round record. Pure.
///
///   per round: loading -> gathering clients -> collecting -> averaging -> committed, next round opens at once
///                                               | quorum missed: next attempt, or the session fails
///
/// I-3: a round number is opened only when its predecessor is committed, and its model's parent is the session's head.
/// I-4: everything it needs is in the store before anything is sent; `restore` goes on at the same round and attempt.
class session_machine {
public:
  session_machine(session_limits limits, domain::gate& policy, domain::term term, std::uint32_t seed);

  void restore(const std::vector<domain::session_record>& sessions, const std::vector<domain::round_record>& rounds,
               const std::vector<domain::run_record>& runs = {});
  /// After restore: takes up what was running.
  session::effects start(domain::moment at);
  /// After restore, in place of start, when the store could not be written: what was running is paused for this reason.
  session::effects halt(domain::moment at, const domain::error& reason);

  session::effects create(domain::moment at, reply_ticket from, domain::session_record wanted, bool seed_is_known);
  /// A finished session goes on at its head, with its optimizer's state, for so many rounds more; by default as many as
  /// it was asked for the last time.
  session::effects begin(domain::moment at, reply_ticket from, const domain::session_id& which,
                         const start_terms& terms);
  session::effects change(domain::moment at, reply_ticket from, const domain::session_id& which, session_order what);

  session::effects combiner_up(domain::moment at, const domain::combiner_id& combiner);
  session::effects combiner_down(domain::moment at, const domain::combiner_id& combiner);
  /// It is about to end; a combiner that comes up anew drains no more.
  session::effects combiner_draining(domain::moment at, const domain::combiner_id& combiner);
  session::effects client_up(domain::moment at, const available_client& who);
  void client_down(const domain::client_id& client);

  /// progress, plan_declined or partial; others are ignored.
  session::effects received(domain::moment at, const domain::combiner_id& from, const domain::message& what);
  session::effects loaded(domain::moment at, const domain::model_id& model, domain::expected<head_model> outcome);
  session::effects sum_merged(domain::moment at, domain::lease_id lease);
  session::effects sum_failed(domain::moment at, domain::lease_id lease, const domain::error& reason);
  session::effects averaged(domain::moment at, const domain::round_key& about, domain::expected<head_model> outcome);
  session::effects tick(domain::moment at);
  std::optional<domain::instant> next_wake() const;

private:
  static constexpr std::size_t closed_leases_kept = 4096;
  enum class stage : std::uint8_t { idle, loading, gathering, collecting, averaging, finishing };

  /// How far the round after a session's last committed one has got.
  struct round_trials {
    std::uint32_t attempt = 0;                  ///< the last one that was opened; numbers are never given twice
    std::uint32_t failed = 0;                   ///< of them, those that count against round_attempts
    std::optional<std::int32_t> least_exponent; ///< that a refused update needs
  };
  struct validation {
    domain::round_record record;
    round_machine collecting;
    std::map<domain::client_id, std::uint64_t> declared; ///< max_examples of whom was asked
  };
  /// Who is asked in a round, and which of them answer an earlier one.
  struct drawn_cohort {
    std::vector<available_client> clients;
    std::map<domain::client_id, domain::carried_client> carried;
    std::vector<domain::client_choice> choices;
  };
  /// What the last attempt that ended left open in a session that admits late updates.
  struct late_answers {
    domain::round_key about;
    std::vector<domain::part_record> parts;
    std::vector<domain::carried_client> clients;
  };
  /// A cohort that policy wants to be asked about again.
  struct deferral {
    domain::instant until;
    domain::error reason;
  };

  // -- one round -------------------------------------------------------------
  session::effects open_round(domain::moment at);
  session::effects plan_round(domain::moment at, const drawn_cohort& cohort);
  domain::round_record new_record(domain::moment at);
  session::effects refuse_round(domain::moment at, domain::round_record unopened, domain::error reason);
  session::effects resume_round(domain::moment at, const domain::round_record& open);
  session::effects gather(domain::moment at);
  session::effects round_settled(domain::moment at);
  std::optional<session::effects> await_lost(domain::moment at);
  session::effects commit(domain::moment at, head_model next);
  void take_state(const head_model& next, session::effects& out);
  session::effects fail_attempt(domain::moment at, domain::error reason);

  // -- validation of committed rounds, beside the next ones ---------------------
  session::effects open_validation(domain::moment at, const domain::round_record& of);
  session::effects close_validations(domain::moment at);
  session::effects validation_settled(validation& which);
  session::effects tell_validated(domain::moment at);
  void tell_first(session::effects& out);

  // -- the session's end, or its pause ----------------------------------------
  session::effects release(domain::moment at, domain::session_status status, domain::error reason);
  session::effects run_next(domain::moment at);
  session::effects leave(domain::moment at, domain::session_record& which, domain::session_status status,
                         domain::error reason);
  void note_runs(const std::vector<domain::run_record>& runs);
  domain::run_record new_run(domain::moment at, const domain::session_record& of, std::uint32_t rounds);
  void complete_run(domain::moment at, const domain::session_record& of, storage::batch& changes);
  domain::error why_not_enqueued(const domain::session_id& which);
  session::effects enqueue(domain::moment at, domain::session_record& which);

  /// Gives an input to every collection that is under way.
  template <class Input>
  session::effects to_collections(domain::moment at, Input&& input);
  session::effects translate(domain::moment at, round_machine& from, round::effects effects);
  void note_trial(const domain::round_record& of);
  void note_late(const domain::round_record& ended);
  void note_past(const domain::round_record& stored);
  session::effects forget_late();
  void tell_closed(const round_machine& which, bool counted, session::effects& out);
  void remember_closed(domain::lease_id lease, bool counted);

  bool may_work(domain::moment at, const available_client& who) const;
  std::vector<available_client> eligible(domain::moment at) const;
  std::optional<drawn_cohort> draw_cohort(domain::moment at);
  domain::scale_table scales_for(const drawn_cohort& cohort) const;
  void add_carried(const std::vector<available_client>& eligible, drawn_cohort& to) const;
  domain::round_plan plan_for(domain::task_kind kind) const;
  round_limits limits_for(domain::task_kind kind, std::size_t asked) const;
  round_machine make_collection(domain::moment at, const domain::round_key& about, domain::round_plan plan,
                                std::size_t asked);
  domain::session_record& current() { return sessions_.at(*running_); }
  const domain::session_record& current() const { return sessions_.at(*running_); }

  session_limits limits_;
  domain::gate& policy_;
  std::uint64_t next_lease_;
  std::uint64_t last_number_ = 0;
  std::mt19937 random_;
  std::map<domain::client_id, available_client> available_;
  std::set<domain::combiner_id> living_;
  std::set<domain::combiner_id> draining_;
  std::map<domain::combiner_id, domain::instant> unable_; ///< a plan was declined there: until when it gets no other
  std::map<domain::session_id, domain::session_record> sessions_;
  std::map<domain::session_id, round_trials> trials_;     ///< of sessions that have not ended
  std::map<domain::session_id, domain::run_record> runs_; ///< the last of each session
  std::map<domain::session_id, session_course> courses_;  ///< of sessions that have not ended
  /// The optimizers' states before the newest: they stay one round longer.
  std::map<domain::session_id, domain::model_id> older_states_;
  track_record seen_;
  std::deque<domain::session_id> queue_;

  stage stage_ = stage::idle;
  std::optional<domain::session_id> running_;
  std::optional<head_model> head_;
  std::optional<domain::round_record> to_resume_; ///< an attempt that was open when an earlier life ended
  domain::instant gather_until_{};
  std::optional<deferral> deferred_;
  std::optional<domain::error> due_; ///< why the running session may end early
  late_answers late_;
  std::optional<domain::round_record> record_; ///< of the open attempt
  std::optional<round_machine> collecting_;
  std::list<validation> validations_; ///< by round; the last one is open, those before it are closing
  /// What became of recent parts, for combiners that ask again: true = counted. Bounded.
  std::deque<std::pair<domain::lease_id, bool>> closed_;
};

} // namespace fedloom::controller
