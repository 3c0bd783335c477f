#pragma once
#include "messages/domain/chrono.hpp"
#include "messages/domain/error.hpp"
#include "messages/domain/ids.hpp"
#include "messages/domain/transfer.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace fedloom::domain {

enum class task_kind : std::uint8_t { unspecified = 0, train = 1, validate = 2, predict = 3 };
enum class weighting : std::uint8_t { unspecified = 0, examples = 1, uniform = 2 };

std::string_view to_string(task_kind kind);

/// The longest text that a session passes to its entry points, in bytes: it stands in the frame of each task.
inline constexpr std::size_t client_settings_bytes = 4096;
/// The longest JSON text that a validation or prediction answers with.
inline constexpr std::size_t output_bytes = std::size_t{64} << 10;
/// The most that the outputs of one part may add up to; answers beyond it are refused as too_large.
inline constexpr std::size_t outputs_in_all_bytes = std::size_t{4} << 20;

/// One named measurement that a client reports with an update or a validation, for example {"loss", 0.31}.
struct metric {
  std::string name;
  double value = 0;
  bool operator==(const metric&) const = default;
};

/// The fixed-point scale of one round (actors/aggregation/fixed_point.hpp): q = round(x * 2^(precision - exponent)).
struct scale_table {
  std::int32_t precision = 30;
  std::uint64_t total_weight = 0;      ///< the most that all weights of the round can add up to; bounds every sum
  std::vector<std::int32_t> exponents; ///< one per tensor, in the manifest's order; ignored for integer tensors
  bool operator==(const scale_table&) const = default;
};

/// The discount of an update that is not late, and the unit of all discounts.
inline constexpr std::uint32_t full_discount = 1024;

/// A client that has not yet answered an earlier round of the session and is not asked again: what it is going to offer
/// under that round's key counts in this one, at a discount.
struct carried_client {
  client_id client;
  std::uint32_t round = 0;
  std::uint32_t attempt = 0;
  model_id parent;            ///< what it trains from
  std::uint32_t discount = 0; ///< its weight is the usual one times this, in units of 1 / full_discount
  bool operator==(const carried_client&) const = default;
};

/// controller -> combiner: collect this part of the cohort. Idempotent by lease: sent again, it is answered by progress
/// or, when the part is frozen, by its partial. The header's round key names session, round and attempt.
struct round_plan {
  lease_id lease;
  task_kind kind = task_kind::train;
  model_id model;                ///< what the clients train from or validate
  std::uint64_t model_bytes = 0; ///< length of the model stream
  milliseconds remaining{0};     ///< until the deadline
  weighting weights = weighting::examples;
  scale_table scales; ///< train only
  std::vector<client_id> cohort;
  /// How long beyond the deadline a client may go on with this round's task, to be carried into a later round. 0: who
  /// is late is told so and ends its work. When it is set, weights are in units of 1 / full_discount.
  milliseconds late_patience{0};
  std::vector<carried_client> carried{}; ///< disjoint from the cohort
  package_ref package{};                 ///< what the clients run; none: each its own
  std::string client_settings{};         ///< for `task`
  bool operator==(const round_plan&) const = default;
};

/// combiner -> controller: this plan cannot be carried out (model not to be had, out of memory, draining).
struct plan_declined {
  lease_id lease;
  error reason;
  bool operator==(const plan_declined&) const = default;
};

/// combiner -> controller, as they happen, batched. Totals, hence idempotent.
struct progress {
  lease_id lease;
  std::uint32_t accepted = 0;
  std::uint32_t failed = 0;
  std::uint32_t pending = 0;
  bool operator==(const progress&) const = default;
};

/// controller -> combiner: freeze the part and send it.
struct close_collection {
  lease_id lease;
  bool operator==(const close_collection&) const = default;
};

/// One accepted answer in a partial.
struct contribution {
  client_id client;
  std::uint64_t weight = 0; ///< as folded: example_count or 1; with late_patience times the discount
  std::uint64_t example_count = 0;
  digest content; ///< of the update's stream; zero for a validation
  std::vector<metric> metrics;
  std::uint32_t from_round = 0; ///< of the update's own key when it was carried into this round; 0: this round's
  std::uint32_t from_attempt = 0;
  milliseconds took{0}; ///< from sending the task to the whole answer, as the combiner saw it
  std::string output{}; ///< of a validation or prediction: its JSON text
  bool operator==(const contribution&) const = default;
};

/// One client that did not answer usefully.
struct contribution_failure {
  client_id client;
  error reason;
  std::int32_t needed_exponent = 0; ///< for out_of_range: the least exponent that would have done
  bool operator==(const contribution_failure&) const = default;
};

/// How much of a part's weight was trained from one model.
struct parent_weight {
  model_id model;
  std::uint64_t weight = 0;
  bool operator==(const parent_weight&) const = default;
};

/// combiner -> controller: the frozen part. The sum follows as a transfer when sum_bytes > 0. Kept by the combiner
/// until round_closed.
struct partial {
  lease_id lease;
  std::uint64_t weight = 0; ///< sum over contributions (I-6)
  transfer_id transfer;
  std::uint64_t sum_bytes = 0; ///< length of the sum's bytes: one little-endian int64 per element, tensors in order
  digest sum_digest;           ///< digest over the chunk digests (actors/transfer/digests.hpp)
  std::uint64_t bytes_received = 0;
  std::uint64_t bytes_sent = 0;
  std::vector<contribution> contributions;
  std::vector<contribution_failure> failures;
  /// Adds up to `weight`. Empty: all was trained from the round's model. With it the controller can take the parents
  /// out of the sum, so that combiners need no old models.
  std::vector<parent_weight> parents{};
  bool operator==(const partial&) const = default;
};

/// controller -> combiner: the collection under this lease is over; receipts may go out and the sum may be dropped.
struct round_closed {
  lease_id lease;
  bool counted = false; ///< true: the part is in a committed model; false: not needed
  bool operator==(const round_closed&) const = default;
};

/// combiner -> client: the order to train or validate. A model of one chunk or less comes as the payload; a larger one
/// is fetched with get_model.
struct task {
  task_kind kind = task_kind::train;
  model_id model;
  std::uint64_t model_bytes = 0;
  milliseconds remaining{0};
  package_ref package{};         ///< none: the client's own
  std::string client_settings{}; ///< a JSON object for the entry point (FEDn: `IN-metadata`); empty: {}
  bool operator==(const task&) const = default;
};

/// combiner -> client: the answer to this task is not needed any more; end what runs.
struct cancel_task {
  task_kind kind = task_kind::train;
  bool operator==(const cancel_task&) const = default;
};

/// client -> combiner: I hold an update. Sent when training ended and again on every (re)connect. An update of
/// inline_update_bytes or less comes as the payload at once; a larger one waits for a grant.
struct offer {
  transfer_id transfer;
  model_id parent;
  digest content; ///< over the chunk digests
  std::uint64_t stream_bytes = 0;
  std::uint64_t example_count = 0;
  std::vector<metric> metrics;
  bool operator==(const offer&) const = default;
};

/// client -> combiner: the answer to a validate or predict task. The payload is what the entry point wrote, a JSON text
/// of at most output_bytes.
struct validation {
  std::uint64_t example_count = 0; ///< 0: unknown, counts as 1
  std::vector<metric> metrics;     ///< the numbers among the output's members
  task_kind kind = task_kind::validate;
  bool operator==(const validation&) const = default;
};

/// client -> combiner: the task could not be done. The client lives on.
struct task_failed {
  task_kind kind = task_kind::train;
  error reason; ///< the text ends with the last lines of the entry point's output
  bool operator==(const task_failed&) const = default;
};

enum class receipt_verdict : std::uint8_t {
  unspecified = 0,
  accepted = 1,   ///< held and folded; the client keeps its copy
  counted = 2,    ///< in a committed model; the client drops its copy
  not_needed = 3, ///< the round ended without it; the client drops its copy
  rejected = 4,   ///< never will be taken; the client drops its copy
};
std::string_view to_string(receipt_verdict verdict);

/// combiner -> client: what became of the update, validation or failure of this round key. Idempotent.
struct receipt {
  task_kind kind = task_kind::train;
  receipt_verdict verdict = receipt_verdict::accepted;
  error reason; ///< for rejected
  bool operator==(const receipt&) const = default;
};

} // namespace fedloom::domain
