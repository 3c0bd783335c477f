#include "messages/domain/error.hpp"
#include "messages/domain/message.hpp"
#include "messages/domain/record.hpp"

namespace fedloom::domain {

namespace {

template <class Enum>
struct named {
  Enum value;
  std::string_view name;
};

template <class Enum, std::size_t N>
std::string_view find_name(const named<Enum> (&table)[N], Enum value) {
  for (const auto& row : table) {
    if (row.value == value) {
      return row.name;
    }
  }
  return "unspecified";
}

constexpr named<errc> errc_names[] = {
    {errc::none, "none"},
    {errc::malformed, "malformed"},
    {errc::wrong_version, "wrong_version"},
    {errc::too_large, "too_large"},
    {errc::not_found, "not_found"},
    {errc::already_exists, "already_exists"},
    {errc::wrong_state, "wrong_state"},
    {errc::unavailable, "unavailable"},
    {errc::timed_out, "timed_out"},
    {errc::denied, "denied"},
    {errc::client_id_taken, "client_id_taken"},
    {errc::bad_ticket, "bad_ticket"},
    {errc::unknown_peer, "unknown_peer"},
    {errc::stale_term, "stale_term"},
    {errc::stale_lease, "stale_lease"},
    {errc::late, "late"},
    {errc::wrong_parent, "wrong_parent"},
    {errc::wrong_shape, "wrong_shape"},
    {errc::wrong_dtype, "wrong_dtype"},
    {errc::not_finite, "not_finite"},
    {errc::out_of_range, "out_of_range"},
    {errc::bad_weight, "bad_weight"},
    {errc::digest_mismatch, "digest_mismatch"},
    {errc::entry_point_missing, "entry_point_missing"},
    {errc::entry_point_failed, "entry_point_failed"},
    {errc::entry_point_timed_out, "entry_point_timed_out"},
    {errc::no_output, "no_output"},
    {errc::bad_output, "bad_output"},
    {errc::cancelled, "cancelled"},
    {errc::client_lost, "client_lost"},
    {errc::combiner_lost, "combiner_lost"},
    {errc::quorum_missed, "quorum_missed"},
    {errc::no_clients, "no_clients"},
    {errc::storage_failed, "storage_failed"},
    {errc::config_invalid, "config_invalid"},
    {errc::unsupported, "unsupported"},
    {errc::internal, "internal"},
    {errc::busy, "busy"},
    {errc::storage_full, "storage_full"},
    {errc::draining, "draining"},
    {errc::paused, "paused"},
    {errc::package_unsafe, "package_unsafe"},
    {errc::signature_invalid, "signature_invalid"},
    {errc::environment_failed, "environment_failed"},
};

constexpr named<session_status> session_status_names[] = {
    {session_status::created, "Created"}, {session_status::queued, "Queued"},
    {session_status::running, "Started"}, {session_status::finished, "Finished"},
    {session_status::failed, "Failed"},   {session_status::stopped, "Terminated"},
    {session_status::paused, "Paused"},   {session_status::cancelled, "Cancelled"},
};

constexpr named<round_status> round_status_names[] = {
    {round_status::open, "Open"},
    {round_status::committed, "Finished"},
    {round_status::failed, "Failed"},
    {round_status::abandoned, "Terminated"},
};

constexpr named<task_kind> task_kind_names[] = {
    {task_kind::train, "train"},
    {task_kind::validate, "validate"},
    {task_kind::predict, "predict"},
};

constexpr named<optimizer_rule> optimizer_rule_names[] = {
    {optimizer_rule::average, "fedavg"}, {optimizer_rule::momentum, "fedavgm"},   {optimizer_rule::adam, "fedadam"},
    {optimizer_rule::yogi, "fedyogi"},   {optimizer_rule::adagrad, "fedadagrad"},
};

constexpr named<selection_rule> selection_rule_names[] = {
    {selection_rule::random, "random"},
    {selection_rule::performance, "performance"},
    {selection_rule::resources, "resources"},
};

constexpr named<late_rule> late_rule_names[] = {
    {late_rule::drop, "drop"},
    {late_rule::carry, "carry"},
    {late_rule::buffered, "buffered"},
};

constexpr named<receipt_verdict> receipt_verdict_names[] = {
    {receipt_verdict::accepted, "accepted"},
    {receipt_verdict::counted, "counted"},
    {receipt_verdict::not_needed, "not_needed"},
    {receipt_verdict::rejected, "rejected"},
};

constexpr std::string_view body_names[] = {
    "combiner_hello",
    "combiner_welcome",
    "join",
    "placement",
    "refused",
    "expect_client",
    "client_hello",
    "client_welcome",
    "heartbeat",
    "roster_changed",
    "goodbye",
    "round_plan",
    "plan_declined",
    "progress",
    "close_collection",
    "partial",
    "round_closed",
    "task",
    "cancel_task",
    "offer",
    "validation",
    "task_failed",
    "receipt",
    "get_model",
    "grant",
    "credit",
    "chunk",
    "abort_transfer",
    "draining",
    "get_package",
};
static_assert(std::size(body_names) == std::variant_size_v<body>);

} // namespace

std::string_view to_string(errc code) {
  return find_name(errc_names, code);
}
std::string_view to_string(session_status status) {
  return find_name(session_status_names, status);
}
std::string_view to_string(round_status status) {
  return find_name(round_status_names, status);
}
std::string_view to_string(late_rule rule) {
  return find_name(late_rule_names, rule);
}
std::string_view to_string(optimizer_rule rule) {
  return find_name(optimizer_rule_names, rule);
}
std::string_view to_string(selection_rule rule) {
  return find_name(selection_rule_names, rule);
}
std::string_view to_string(task_kind kind) {
  return find_name(task_kind_names, kind);
}
std::string_view to_string(receipt_verdict verdict) {
  return find_name(receipt_verdict_names, verdict);
}
std::string_view name_of(const body& what) {
  return body_names[what.index()];
}

std::string to_string(const error& e) {
  return std::string(to_string(e.code)) + ": " + e.text;
}

} // namespace fedloom::domain
