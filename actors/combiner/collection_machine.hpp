#pragma once
#include "actors/combiner/staging_budget.hpp"
#include "actors/transfer/receiver_machine.hpp"
#include "actors/transfer/sender_machine.hpp"
#include "messages/domain/gate.hpp"
#include "messages/domain/message.hpp"

#include <deque>
#include <map>
#include <optional>
#include <variant>
#include <vector>

namespace fedloom::combiner {

struct collection_limits {
  std::uint32_t window = 8;                ///< chunks on their way per upload
  domain::milliseconds report_pause{20};   ///< progress is sent at most so often, and at once when nobody is pending
  domain::milliseconds absence{3000};      ///< a cohort member that is not here for so long has failed
  domain::milliseconds upload_stall{5000}; ///< an upload without a chunk for so long gives way when others wait
};

namespace collection {
struct send {
  domain::client_id to;
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
using effect = std::variant<send, report, fold, freeze, update_accepted, update_refused, client_failed>;
using effects = std::vector<effect>;

/// The answer to `fold`.
struct folded {
  domain::client_id client;
  domain::error reason; ///< none: in the sum
  std::int32_t needed_exponent = 0;
};
} // namespace collection

/// Collects one part of one attempt under one lease: hands out tasks, takes uploads within the staging budget, has them
/// checked and folded, reports progress, and freezes into a partial that it keeps until the round is closed. Pure.
///
///   fetching --model_ready--> collecting --close_collection--> freezing --frozen--> frozen --round_closed--> over
///
/// I-1: a client's update is folded at most once: only `asked`, `offered` and `uploading` clients can reach `checking`.
/// I-9: nothing reaches the sum before it is whole and checked; each refusal gives a receipt and an event.
class collection_machine {
public:
  collection_machine(domain::round_key round, domain::round_plan plan, collection_limits limits,
                     staging_budget& staging, domain::gate& policy, domain::instant now);
  ~collection_machine(); ///< gives back what is staged
  collection_machine(const collection_machine&) = delete;
  collection_machine& operator=(const collection_machine&) = delete;

  /// The same plan came again (the controller restarted, or lost our answer).
  collection::effects planned_again();
  /// The model is here; `inline_model` is set when it goes along with each task.
  collection::effects model_ready(domain::instant now, domain::shared_bytes inline_model);
  collection::effects client_came(domain::instant now, const domain::client_id& client, std::uint64_t max_examples);
  collection::effects client_left(domain::instant now, const domain::client_id& client, const domain::error& reason);

  collection::effects received(domain::instant now, const domain::client_id& from, const domain::offer& what,
                               domain::shared_bytes payload);
  collection::effects received(domain::instant now, const domain::client_id& from, const domain::chunk& what,
                               domain::shared_bytes payload);
  collection::effects received(domain::instant now, const domain::client_id& from, const domain::task_failed& what);
  collection::effects received(domain::instant now, const domain::client_id& from, const domain::validation& what);
  collection::effects folded(domain::instant now, const collection::folded& outcome);

  collection::effects close(domain::instant now);
  collection::effects frozen(domain::shared_bytes sum, domain::digest sum_digest);
  collection::effects granted(const domain::grant& what);
  collection::effects credited(const domain::credit& what);
  /// Last receipts; the machine is to be dropped afterwards.
  collection::effects closed(bool counted);

  /// Staging may have become free: waiting uploads are granted.
  collection::effects admit(domain::instant now);
  collection::effects tick(domain::instant now);
  std::optional<domain::instant> next_wake() const;

  const domain::round_key& round() const noexcept { return round_; }
  const domain::round_plan& plan() const noexcept { return plan_; }
  bool is_fetching() const noexcept { return stage_ == stage::fetching; }
  bool has(const domain::client_id& client) const { return answers_.contains(client); }
  bool takes_transfer(const domain::client_id& client, domain::transfer_id transfer) const;
  std::optional<domain::transfer_id> sum_transfer() const;
  /// Bytes received from and sent to clients for this collection.
  void count_traffic(std::uint64_t received, std::uint64_t sent) { received_ += received, sent_ += sent; }

private:
  enum class phase : std::uint8_t {
    away,    ///< in the cohort but not connected
    asked,   ///< has the task, or will have it when the model is here
    offered, ///< holds an update, waits for staging
    uploading,
    checking,
    accepted,
    failed,
  };
  enum class stage : std::uint8_t { fetching, collecting, freezing, frozen };
  struct answer {
    phase at = phase::away;
    domain::instant since{}; ///< away: since when; uploading: last chunk
    std::uint64_t max_examples = 0;
    domain::offer offered;
    std::optional<transfer::receiver_machine> receiver;
    std::uint64_t staged = 0; ///< bytes taken from the budget
    bool reopen = false;      ///< came back in mid-upload: its next offer is granted again
    domain::contribution contribution;
    domain::contribution_failure failure;
  };

  domain::error why_refused(const answer& from, const domain::offer& what, const domain::shared_bytes& payload) const;
  collection::effects refuse(domain::instant now, const domain::client_id& client, answer& at, domain::error reason,
                             std::int32_t needed_exponent = 0);
  void fail(const domain::client_id& client, answer& at, domain::error reason, std::int32_t needed_exponent = 0);
  void begin_check(const domain::client_id& client, answer& at, std::vector<domain::shared_bytes> pieces,
                   std::vector<domain::digest> announced, collection::effects& out);
  void release(answer& at);
  void send_task(const domain::client_id& client, domain::instant now, collection::effects& out) const;
  void send_receipt(const domain::client_id& client, domain::receipt_verdict verdict, domain::error reason,
                    collection::effects& out) const;
  domain::progress totals() const;
  void note_progress(domain::instant now, collection::effects& out);
  domain::partial make_partial() const;
  bool is_open() const noexcept { return stage_ == stage::fetching || stage_ == stage::collecting; }

  domain::round_key round_;
  domain::round_plan plan_;
  collection_limits limits_;
  staging_budget& staging_;
  domain::gate& policy_;
  domain::instant deadline_;
  stage stage_ = stage::fetching;
  domain::shared_bytes inline_model_;
  std::map<domain::client_id, answer> answers_;
  std::deque<domain::client_id> waiting_; ///< offered, in the order of offering
  std::vector<collection::fold> held_;    ///< whole before the model is here, that they are checked against
  std::uint32_t accepted_ = 0;
  std::uint32_t failed_ = 0;
  std::uint32_t away_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t sent_ = 0;
  domain::instant last_report_{};
  bool report_due_ = false;
  std::optional<transfer::sender_machine> sum_;
  domain::digest sum_digest_;
};

} // namespace fedloom::combiner
