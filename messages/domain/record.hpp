#pragma once
#include "messages/domain/chrono.hpp"
#include "messages/domain/registration.hpp"
#include "messages/domain/round.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

/// What the controller's store holds. One record per key; written whole, in synced batches.
namespace fedloom::domain {

/// A node of a model trail: these bytes were the global model of this round of this session.
struct model_record {
  model_id model;
  std::optional<model_id> parent; ///< none: uploaded
  session_id session;             ///< empty: uploaded, not yet used
  std::uint32_t round = 0;        ///< 0: a seed
  std::string name;
  std::uint64_t stream_bytes = 0;
  timestamp committed_at;
  bool operator==(const model_record&) const = default;
};

struct client_record {
  client_id client;
  std::string name;
  combiner_id combiner;           ///< where it was placed last
  combiner_id preferred_combiner; ///< empty: none
  token resume;
  std::uint64_t max_examples = 0;
  timestamp joined_at;
  machine_claim machine{};
  bool operator==(const client_record&) const = default;
};

struct combiner_record {
  combiner_id combiner;
  std::string endpoint;
  std::uint32_t max_clients = 0;
  timestamp joined_at;
  bool operator==(const combiner_record&) const = default;
};

/// What becomes of an update that comes after its round was closed.
enum class late_rule : std::uint8_t {
  unspecified = 0,
  drop = 1,     ///< it is not needed; the client ends its work at the deadline
  carry = 2,    ///< it counts in a later round, at a discount for each round that it is late
  buffered = 3, ///< as carry, and no round waits for its cohort: `round_buffer_size` answers, whosever they are, end it
};
std::string_view to_string(late_rule rule);

/// How a round's mean becomes the next global model; formulas in actors/aggregation.
enum class optimizer_rule : std::uint8_t {
  unspecified = 0,
  average = 1,  ///< (1 - rate) * old + rate * mean
  momentum = 2, ///< FedAvgM
  adam = 3,     ///< FedAdam
  yogi = 4,     ///< FedYogi
  adagrad = 5,  ///< FedAdagrad
};
/// "fedavg", "fedavgm", "fedadam", "fedyogi", "fedadagrad".
std::string_view to_string(optimizer_rule rule);

/// The rate is session_options::server_learning_rate.
struct optimizer_options {
  optimizer_rule rule = optimizer_rule::average;
  double beta1 = 0.9;
  double beta2 = 0.99;
  double tau = 1e-4;
  bool operator==(const optimizer_options&) const = default;
};

/// Whom of the eligible a round asks.
enum class selection_rule : std::uint8_t {
  unspecified = 0,
  random = 1,      ///< uniformly
  performance = 2, ///< the best by what was observed of them: answers, and their time
  resources = 3,   ///< the best by what their machines claim and how fast they were seen to be
};
/// "random", "performance", "resources".
std::string_view to_string(selection_rule rule);

struct selection_options {
  selection_rule rule = selection_rule::random;
  double fraction = 1.0;            ///< of the eligible; the smaller of this and requested_clients holds. (0, 1]
  std::vector<client_id> clients{}; ///< only these; empty: all
  bool operator==(const selection_options&) const = default;
};

/// When a session ends before its last round. Looks at one metric of the validations, weighted by examples.
struct early_stop {
  std::string metric = "accuracy";
  std::optional<double> target{}; ///< reached or passed
  std::uint32_t window = 0;       ///< the last so many values; 0: never
  double threshold = 0.01;        ///< converged when they differ by less
  bool operator==(const early_stop&) const = default;
};

/// What the user asked for. Units in the names; limits in `validate`.
struct session_options {
  std::uint32_t rounds = 5;
  std::int32_t requested_clients = -1; ///< cohort size; -1: all eligible
  std::int32_t round_buffer_size = -1; ///< k, updates that end a round; -1: all asked
  std::uint32_t min_clients = 1;       ///< quorum
  milliseconds round_timeout{180000};
  std::uint32_t round_attempts = 2;
  bool validate = true;
  weighting weights = weighting::examples;
  double server_learning_rate = 1.0; ///< new = (1 - rate) * old + rate * mean; (0, 1]
  std::string model_name_prefix;
  /// Clients asked beyond requested_clients, as a share of them; the first requested_clients answers end the round.
  /// [0, 10]
  double over_selection = 0.0;
  late_rule late_updates = late_rule::drop;
  std::uint32_t max_staleness = 2; ///< an update more rounds late than this is not needed; [1, 100]
  double staleness_exponent = 0.5; ///< an update s rounds late weighs 1 / (1 + s)^exponent of a timely one; [0, 10]
  optimizer_options optimizer{};
  selection_options selection{};
  early_stop stop_early{};
  double proximal_mu = 0.0;      ///< FedProx: passed to the entry points as "mu"; [0, 1000]
  std::string client_settings{}; ///< a JSON object for the entry points; empty: {}
  std::string helper{}; ///< FEDn's name of the model's file format, for example "numpyhelper"; empty: the active one
  bool delete_models = true; ///< FEDn's; nothing depends on it: updates are never stored here
  bool operator==(const session_options&) const = default;
};

enum class session_status : std::uint8_t {
  unspecified = 0,
  created = 1,
  queued = 2,
  running = 3,
  finished = 4,
  failed = 5,
  stopped = 6,
  paused = 7,
  cancelled = 8,
};
/// FEDn's words: "Created", "Queued", "Started", "Finished", "Failed", "Terminated", "Paused", "Cancelled".
std::string_view to_string(session_status status);

/// The committed model with the best validation.
struct best_model {
  model_id model;
  std::uint32_t round = 0;
  double value = 0; ///< of early_stop::metric
  bool operator==(const best_model&) const = default;
};

struct session_record {
  session_id session;
  std::string name;
  session_status status = session_status::created;
  error reason; ///< why it failed
  session_options options;
  model_id seed;
  model_id head; ///< the last committed global model; the seed before round 1
  std::uint32_t rounds_committed = 0;
  timestamp created_at;
  timestamp updated_at;
  package_ref package{};                     ///< none: the clients use their own
  std::optional<model_id> optimizer_state{}; ///< a model stream; committed together with the head
  std::optional<best_model> best{};
  bool operator==(const session_record&) const = default;
};

enum class round_status : std::uint8_t { unspecified = 0, open = 1, committed = 2, failed = 3, abandoned = 4 };
/// "Open", "Finished", "Failed", "Terminated".
std::string_view to_string(round_status status);

/// One collection part as planned: which lease covers which clients where.
struct part_record {
  lease_id lease;
  combiner_id combiner;
  std::vector<client_id> cohort;
  std::vector<carried_client> carried{};
  bool operator==(const part_record&) const = default;
};

/// Why a client is in a round's cohort.
struct client_choice {
  client_id client;
  std::string reason; ///< in words, for example "random" or "performance: rank 2 of 9"
  double score = 0;
  bool operator==(const client_choice&) const = default;
};

/// One attempt of one round, written when it opens (so that a restart finds it) and when it ends.
struct round_record {
  round_key key;
  std::uint64_t number = 0; ///< running number over the controller; REST's round_id
  round_status status = round_status::open;
  error reason; ///< why it failed
  model_id parent;
  std::optional<model_id> model; ///< what was committed
  scale_table scales;
  std::vector<part_record> parts;
  std::vector<contribution> contributions;
  std::vector<contribution_failure> failures;
  std::uint64_t weight = 0; ///< sum over contributions (I-6)
  std::vector<contribution> validations;
  std::vector<contribution_failure> validation_failures;
  std::uint64_t bytes_up = 0;   ///< received from clients
  std::uint64_t bytes_down = 0; ///< sent to clients
  std::uint64_t decision = 0;   ///< the policy decision that admitted the cohort (I-12); 0: built-in allow
  std::uint64_t policy_revision = 0;
  timestamp opened_at;
  timestamp closed_at;
  std::vector<client_choice> choices{};
  bool operator==(const round_record&) const = default;
};

} // namespace fedloom::domain
