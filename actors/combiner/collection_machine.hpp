#pragma once
#include "actors/combiner/staging_budget.hpp"
#include "actors/transfer/receiver_machine.hpp"
#include "actors/transfer/sender_machine.hpp"
#include "messages/domain/gate.hpp"
#include "messages/domain/journal.hpp"
#include "messages/domain/message.hpp"

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <variant>
#include <vector>

namespace fedloom::combiner {

struct collection_limits {
  std::uint32_t window = 8;                ///< chunks on their way per upload
  domain::milliseconds report_pause{20};   ///< progress is sent at most so often, and at once when nobody is pending
  domain::milliseconds absence{3000};      ///< a cohort member that is not here for so long has failed
  domain::milliseconds upload_stall{5000}; ///< an upload without a chunk for so long gives way when others wait
  /// How long a close waits for updates that were accepted before this combiner restarted; less than the controller
  /// waits for the partial.
  domain::milliseconds second_chance{15000};
};

namespace collection {
struct send {
  domain::client_id to;
  domain::round_key about; ///< the key of its update: an earlier round's when it is carried
  domain::body what;
  domain::shared_bytes payload;
};
struct report {
  domain::body what;
  domain::shared_bytes payload;
}; ///< to the controller
/// Check an update in full and, if it is good, add it to the sum; answered by `folded`.
struct fold {
  domain::client_id client;
  std::vector<domain::shared_bytes> pieces;
  std::vector<domain::digest> announced; ///< per piece; empty: inline, only `content` is known
  domain::digest content;
  std::uint64_t weight = 0;
};
/// Write it down; answered by `journalled`.
struct journal {
  domain::contribution what;
};
struct freeze {}; ///< after all folds before it: hand over the sum; answered by `frozen`
struct update_accepted {
  domain::client_id client;
  std::uint64_t bytes;
};
struct update_refused {
  domain::client_id client;
  domain::error reason;
};
struct client_failed {
  domain::client_id client;
  domain::error reason;
};
using effect = std::variant<send, report, fold, journal, freeze, update_accepted, update_refused, client_failed>;
using effects = std::vector<effect>;

/// The answer to `fold`.
struct folded {
  domain::client_id client;
  domain::error reason; ///< none: in the sum
  std::int32_t needed_exponent = 0;
};

/// Why a collection is frozen.
enum class closing : std::uint8_t {
  ended,    ///< the round takes no more: who is still at work is told so, unless it may be carried
  draining, ///< this combiner is about to end: its clients go on elsewhere
};
} // namespace collection

/// Collects one part of one attempt under one lease: hands out tasks, takes uploads within the staging budget, has them
/// checked, folded and journalled, reports progress, and freezes into a partial that it keeps until the round is
/// closed. Pure.
///
///   recovered --planned_again--> fetching --model_ready, plan_journalled--> collecting
///   fetching, collecting --close--> freezing --frozen, all journalled--> frozen --closed--> over
///   recovered --closed--> over
///
/// A recovered collection knows from the journal whose updates it had, but has lost their sum. Until it is planned
/// again it is silent: the controller may have taken its part already. When it is closed before they are back it waits
/// for them, within bounds.
///
/// I-1: a client's update is folded at most once: only `asked`, `offered` and `uploading` clients can reach `checking`.
/// I-5: a receipt goes out only when the journal has the answer.
/// I-9: nothing reaches the sum before it is whole and checked; each refusal gives a receipt and an event.
class collection_machine {
public:
  collection_machine(domain::round_key round, domain::round_plan plan, collection_limits limits,
                     staging_budget& staging, domain::gate& policy, domain::instant now);
  ~collection_machine(); ///< gives back what is staged
  collection_machine(const collection_machine&) = delete;
  collection_machine& operator=(const collection_machine&) = delete;

  /// At once after construction: this is what the journal has of a former life.
  void recover(const std::vector<domain::contribution>& answers);
  /// The same plan came again (the controller or this combiner restarted, or our answer was lost). A recovered part
  /// does not ask those who have been placed elsewhere since.
  collection::effects planned_again(domain::instant now, const domain::round_plan& plan);
  /// What the controller hears of it when it is back.
  collection::effects told_again() const;
  collection::effects plan_journalled(domain::instant now);
  /// The model is here; `inline_model` is set when it goes along with each task.
  collection::effects model_ready(domain::instant now, domain::shared_bytes inline_model);
  /// The package that the clients are to run can be fetched from here: no task goes out before.
  collection::effects package_ready(domain::instant now);
  collection::effects client_came(domain::instant now, const domain::client_id& client, std::uint64_t max_examples);
  collection::effects client_left(domain::instant now, const domain::client_id& client, const domain::error& reason);

  collection::effects received(domain::instant now, const domain::client_id& from, const domain::offer& what,
                               domain::shared_bytes payload);
  collection::effects received(domain::instant now, const domain::client_id& from, const domain::chunk& what,
                               domain::shared_bytes payload);
  collection::effects received(domain::instant now, const domain::client_id& from, const domain::task_failed& what);
  /// A validation or prediction; `output` is its JSON text.
  collection::effects received(domain::instant now, const domain::client_id& from, const domain::validation& what,
                               const domain::shared_bytes& output);
  collection::effects folded(domain::instant now, const collection::folded& outcome);
  /// This client's answer is on disk. (When it could not be written the sum holds what nobody may know of: drop the
  /// machine.)
  collection::effects journalled(domain::instant now, const domain::client_id& client);

  collection::effects close(domain::instant now, collection::closing why = collection::closing::ended);
  /// Does what a close had to wait for, if it is time.
  collection::effects close_if_due(domain::instant now);
  collection::effects frozen(domain::shared_bytes sum, domain::digest sum_digest);
  collection::effects granted(const domain::grant& what);
  collection::effects credited(const domain::credit& what);
  /// Last receipts, but not to those who have `another_place`; the machine is to be dropped afterwards.
  collection::effects closed(bool counted, const std::function<bool(const domain::update_key&)>& another_place = {});

  /// Staging may have become free: waiting uploads are granted.
  collection::effects admit(domain::instant now);
  /// Gives back the staging of uploads whose clients are gone; true: there was some.
  bool give_way();
  bool is_short_of_staging() const noexcept { return is_open() && !waiting_.empty(); }
  collection::effects tick(domain::instant now);
  std::optional<domain::instant> next_wake() const;

  const domain::round_key& round() const noexcept { return round_; }
  const domain::round_plan& plan() const noexcept { return plan_; }
  bool is_recovered() const noexcept { return stage_ == stage::recovered; }
  bool needs_model() const noexcept { return stage_ == stage::fetching && !has_model_; }
  bool needs_package() const noexcept { return stage_ == stage::fetching && !has_package_; }
  bool is_open() const noexcept { return stage_ == stage::fetching || stage_ == stage::collecting; }
  bool is_frozen() const noexcept { return stage_ == stage::frozen; }
  /// Does this client's answer under this key belong here?
  bool expects(const domain::client_id& client, const domain::round_key& key) const;
  bool takes_transfer(const domain::client_id& client, domain::transfer_id transfer) const;
  std::optional<domain::transfer_id> sum_transfer() const;
  /// As it was to be journalled; of a client that is in the plan.
  const domain::contribution& contribution_of(const domain::client_id& client) const {
    return answers_.at(client).contribution;
  }
  /// Whose updates would count, if the part does.
  std::set<domain::update_key> accepted() const;
  /// Who was still at work when the collection was closed, and may be carried into a later round.
  std::set<domain::update_key> late() const;
  /// Bytes received from and sent to clients for this collection.
  void count_traffic(std::uint64_t received, std::uint64_t sent) { received_ += received, sent_ += sent; }

private:
  enum class phase : std::uint8_t {
    away,    ///< in the cohort but not connected
    asked,   ///< has the task, or will have it when the model is here
    offered, ///< holds an update, waits for staging
    uploading,
    checking,
    journalling, ///< in the sum, not yet on disk
    accepted,
    failed,
  };
  static constexpr std::size_t phases = 8;
  enum class stage : std::uint8_t { recovered, fetching, collecting, freezing, frozen };
  struct answer {
    domain::round_key about;
    domain::model_id parent;
    std::uint32_t discount = domain::full_discount;
    phase at = phase::away;
    std::optional<domain::instant> asked_at{}; ///< when its task was sent first
    domain::instant last_chunk{};              ///< while uploading
    std::uint64_t max_examples = 0;
    domain::offer offered;
    /// Set while uploading, and kept when the client is lost: it goes on there when it comes back.
    std::optional<transfer::receiver_machine> receiver;
    std::uint64_t staged = 0;  ///< bytes taken from the budget
    bool reopen = false;       ///< came back in mid-upload: its next offer is granted again
    bool was_accepted = false; ///< in a former life, as the journal says
    domain::contribution contribution;
    domain::contribution_failure failure;
  };

  void add(const domain::client_id& client, const domain::round_key& about, const domain::model_id& parent,
           std::uint32_t discount);
  void keep_only(const domain::round_plan& plan);
  void move(answer& at, phase to);
  std::uint32_t count(phase of) const noexcept { return tally_[static_cast<std::size_t>(of)]; }
  static bool has_answered(const answer& at);
  bool misses_accepted() const;
  bool carries_late() const;
  domain::error why_refused(const answer& from, const domain::offer& what, const domain::shared_bytes& payload) const;
  collection::effects refuse(domain::instant now, const domain::client_id& client, answer& at, domain::error reason,
                             std::int32_t needed_exponent = 0);
  void fail(const domain::client_id& client, answer& at, domain::error reason, std::int32_t needed_exponent = 0);
  collection::effects too_late(const domain::client_id& from, const answer& at) const;
  collection::effects stall(domain::instant now);
  void go_on(domain::instant now, const domain::client_id& client, answer& at, const domain::offer& what,
             collection::effects& out);
  void begin_check(domain::instant now, const domain::client_id& client, answer& at,
                   std::vector<domain::shared_bytes> pieces, std::vector<domain::digest> announced,
                   collection::effects& out);
  std::uint64_t weight_of(const answer& at) const;
  void release(const domain::client_id& client, answer& at);
  collection::effects begin_if_ready(domain::instant now);
  collection::effects finish_if_ready();
  void send_task(const domain::client_id& client, answer& at, domain::instant now, collection::effects& out) const;
  static domain::milliseconds time_taken(const answer& at, domain::instant now);
  void send_receipt(const domain::client_id& client, const domain::round_key& about, domain::receipt_verdict verdict,
                    domain::error reason, collection::effects& out) const;
  domain::progress totals() const;
  void note_progress(domain::instant now, collection::effects& out);
  domain::partial make_partial() const;

  domain::round_key round_;
  domain::round_plan plan_;
  collection_limits limits_;
  staging_budget& staging_;
  domain::gate& policy_;
  domain::instant deadline_;
  domain::instant away_until_; ///< who is still away then has failed
  stage stage_ = stage::fetching;
  bool has_model_ = false;
  bool has_package_;
  bool is_journalled_ = false;
  domain::shared_bytes inline_model_;
  std::map<domain::client_id, answer> answers_;
  std::array<std::uint32_t, phases> tally_{}; ///< answers by phase
  std::deque<domain::client_id> waiting_;     ///< offered, in the order of offering
  std::set<domain::client_id> receiving_;     ///< who has a receiver
  std::vector<collection::fold> held_;        ///< whole before the model is here, that they are checked against
  std::size_t outputs_ = 0;                   ///< bytes of all outputs so far
  std::uint64_t received_ = 0;
  std::uint64_t sent_ = 0;
  domain::instant last_report_{};
  bool report_due_ = false;
  std::optional<domain::instant> close_at_; ///< set: to be closed then, or when nobody is missed any more
  std::optional<transfer::sender_machine> sum_;
  domain::digest sum_digest_;
};

} // namespace fedloom::combiner
