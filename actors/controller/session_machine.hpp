#pragma once
#include "actors/controller/round_machine.hpp"
#include "actors/storage/round_store.hpp"

#include <deque>
#include <map>
#include <optional>
#include <random>
#include <variant>
#include <vector>

namespace fedloom::controller {

/// A global model as far as opening a round needs to know it.
struct head_model {
  domain::model_id model;
  std::uint64_t stream_bytes = 0;
  std::vector<std::int32_t> exponents; ///< of its tensors' scales
};

/// Whom to answer when the step's store is done.
using reply_ticket = std::uint64_t;

namespace session {
struct store {
  storage::batch changes;
};
struct send {
  domain::combiner_id to;
  domain::round_key about;
  domain::body what;
};
struct load_model {
  domain::model_id model;
}; ///< answered by `loaded`
/// Opens an empty sum for this attempt; whatever sum was open before is dropped.
struct begin_sum {
  domain::round_key about;
  domain::model_id model;
  domain::scale_table scales;
};
struct fetch_sum {
  domain::combiner_id from;
  domain::round_key about;
  domain::partial what;
  bool again = false;
};
struct abandon_sum {
  domain::lease_id lease;
};
/// Merge, apply the server learning rate, make the stream durable; answered by `averaged`.
struct average {
  domain::round_key about;
  double rate;
};
struct drop_sum {};
struct reply {
  reply_ticket to;
  domain::expected<domain::session_record> what;
};
struct round_done {
  domain::round_record what;
}; ///< committed, and validated where asked for
struct session_done {
  domain::session_record what;
};
struct attempt_failed {
  domain::round_record what;
};
using effect = std::variant<store, send, load_model, begin_sum, fetch_sum, abandon_sum, average, drop_sum, reply,
                            round_done, session_done, attempt_failed>;
using effects = std::vector<effect>;
} // namespace session

struct session_limits {
  domain::milliseconds absence{3000}; ///< a combiner away for so long is fenced
  domain::milliseconds closing{30000};
  std::size_t sessions = 10000;
  std::size_t queued = 100;
};

/// Why these options cannot be; `none` when they can. Names the option, its value and the allowed range.
domain::error validate(const domain::session_options& options);

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

  void restore(const std::vector<domain::session_record>& sessions, const std::vector<domain::round_record>& rounds);
  /// After restore: takes up what was running.
  session::effects start(domain::moment at);

  session::effects create(domain::moment at, reply_ticket from, domain::session_record wanted, bool seed_is_known);
  session::effects begin(domain::moment at, reply_ticket from, const domain::session_id& which,
                         std::optional<std::uint32_t> rounds);
  session::effects stop(domain::moment at, reply_ticket from, const domain::session_id& which);

  session::effects combiner_up(domain::moment at, const domain::combiner_id& combiner);
  session::effects combiner_down(domain::moment at, const domain::combiner_id& combiner);
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

  // -- one round -------------------------------------------------------------
  session::effects open_round(domain::moment at);
  session::effects plan_round(domain::moment at, std::vector<available_client> cohort);
  session::effects resume_round(domain::moment at, const domain::round_record& open);
  session::effects round_settled(domain::moment at);
  session::effects commit(domain::moment at, head_model next);
  session::effects fail_attempt(domain::moment at, domain::error reason);
  session::effects open_validation(domain::moment at, const domain::round_record& of);
  session::effects validation_settled(domain::moment at);
  session::effects end_session(domain::moment at, domain::session_status status, domain::error reason);
  session::effects run_next(domain::moment at);

  session::effects translate(domain::moment at, round_machine& from, round::effects effects, bool is_validation);
  void note_needed_exponents(const domain::round_record& from);
  void tell_closed(const round_machine& which, bool counted, session::effects& out);
  std::optional<std::vector<available_client>> draw_cohort();
  domain::scale_table scales_for(const std::vector<available_client>& cohort) const;
  domain::round_plan plan_for(domain::task_kind kind) const;
  round_limits limits_for(domain::task_kind kind, std::size_t asked) const;
  domain::session_record& current() { return sessions_.at(*running_); }
  const domain::session_record& current() const { return sessions_.at(*running_); }
  session::store store_current() const;

  session_limits limits_;
  domain::gate& policy_;
  std::uint64_t next_lease_;
  std::uint64_t last_number_ = 0;
  std::mt19937 random_;
  std::map<domain::client_id, available_client> available_;
  std::map<domain::combiner_id, bool> living_;
  std::map<domain::session_id, domain::session_record> sessions_;
  std::deque<domain::session_id> queue_;

  stage stage_ = stage::idle;
  std::optional<domain::session_id> running_;
  std::optional<head_model> head_;
  std::optional<domain::round_record> to_resume_; ///< an attempt that was open when an earlier life ended
  std::optional<domain::round_record> failed_;    ///< the last attempt of the round at hand, as an earlier life left it
  std::int32_t raise_to_ = 0;                     ///< exponent that a refused update needs
  bool is_raised_ = false;
  std::uint32_t attempt_ = 1;
  domain::instant gather_until_{};
  std::optional<domain::round_record> record_; ///< of the open attempt
  std::optional<round_machine> collecting_;
  std::optional<domain::round_record> validated_record_; ///< of the round that is being validated
  std::optional<round_machine> validating_;
  /// What became of recent parts, for combiners that ask again: true = counted. Bounded.
  std::deque<std::pair<domain::lease_id, bool>> closed_;
};

} // namespace fedloom::controller
