#pragma once
#include "messages/domain/record.hpp"

/// Records of the REST API beside sessions, rounds and models.
namespace fedloom::domain {

/// UUIDv4 as lower-case text.
using package_id = strong_id<struct package_id_tag, std::string>;
using run_id = strong_id<struct run_tag, std::string>;
using prediction_id = strong_id<struct prediction_tag, std::string>;

/// An uploaded compute package; its archive lies in the package store under `content`.
struct package_record {
  package_id package;
  std::string name;
  std::string description;
  std::string file_name; ///< as uploaded
  std::string helper;
  package_ref content;
  timestamp committed_at;
  bool operator==(const package_record&) const = default;
};

/// What is used unless a session says otherwise. There is one.
struct active_record {
  package_id package; ///< empty: none
  std::string helper; ///< empty: none
  bool operator==(const active_record&) const = default;
};

/// One `start` or `continue` of a session.
struct run_record {
  run_id run;
  session_id session;
  model_id model;                    ///< the head when it began
  std::optional<model_id> completed; ///< the head when it ended; none: it has not
  milliseconds round_timeout{0};
  std::uint32_t rounds = 0;
  timestamp started_at;
  timestamp completed_at;
  bool operator==(const run_record&) const = default;
};

enum class prediction_status : std::uint8_t { unspecified = 0, open = 1, finished = 2, failed = 3 };

/// One `predict`: the clients' outputs are in the contributions.
struct prediction_record {
  prediction_id prediction;
  session_id session; ///< whose clients and package; empty: all, and the active one
  model_id model;
  prediction_status status = prediction_status::open;
  error reason;
  std::vector<part_record> parts;
  std::vector<contribution> contributions;
  std::vector<contribution_failure> failures;
  timestamp asked_at;
  timestamp closed_at;
  bool operator==(const prediction_record&) const = default;
};

/// Something that a client says of itself, in words. Appended; the newest of a client and key holds.
struct attribute_record {
  std::uint64_t number = 0; ///< running over the controller
  client_id client;
  std::string key;
  std::string value;
  timestamp at;
  bool operator==(const attribute_record&) const = default;
};

/// Something that a client measures of itself, or of its training: then `round` says when.
struct measurement_record {
  std::uint64_t number = 0; ///< running over the controller
  client_id client;
  std::string key;
  double value = 0;
  round_key round; ///< empty session: of the machine, not of a round
  model_id model;
  std::uint64_t step = 0;
  timestamp at;
  bool operator==(const measurement_record&) const = default;
};

/// What a request with an Idempotency-Key was answered, so that the same one is answered alike and done once.
struct answer_record {
  std::string key;
  std::string request; ///< digest of method, path and body: another request under the same key is refused
  std::uint32_t status = 0;
  std::string body;
  timestamp at;
  bool operator==(const answer_record&) const = default;
};

} // namespace fedloom::domain
