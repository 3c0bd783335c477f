#include "messages/codec/body_codec.hpp"

#include "messages/schema/round_generated.h"

namespace fedloom::codec {

using domain::lease_id;
using domain::milliseconds;
using domain::transfer_id;

namespace {

wire::TaskKind to_wire(domain::task_kind kind) {
  return static_cast<wire::TaskKind>(kind);
}

/// Cut by nobody: half of a JSON text is none.
std::string read_settings(const wire_text* text, complaint& wrong) {
  const auto settings = view_of(text);
  if (settings.size() > domain::client_settings_bytes) {
    wrong.say(domain::errc::too_large, "client settings of " + std::to_string(settings.size()) + " bytes");
    return {};
  }
  return std::string(settings);
}

domain::task_kind read_kind(wire::TaskKind kind, complaint& wrong) {
  return read_choice<domain::task_kind>(kind, "task kind", wrong);
}

} // namespace

// -- write -----------------------------------------------------------------------------------------------------------

body_offset write(builder& out, const domain::round_plan& what) {
  const auto model = codec::to_wire(what.model);
  const auto package = write_package(out, what.package);
  const auto settings = write_text(out, what.client_settings);
  return wire::CreateRoundPlan(out, what.lease.value(), to_wire(what.kind), &model, what.model_bytes,
                               codec::to_wire(what.remaining), static_cast<wire::Weighting>(what.weights),
                               what.scales.precision, what.scales.total_weight, codec::to_wire(what.late_patience),
                               package, settings)
      .Union();
}

body_offset write(builder& out, const domain::plan_declined& what) {
  return wire::CreatePlanDeclined(out, what.lease.value(), write_error(out, what.reason)).Union();
}

body_offset write(builder& out, const domain::progress& what) {
  return wire::CreateProgress(out, what.lease.value(), what.accepted, what.failed, what.pending).Union();
}

body_offset write(builder& out, const domain::close_collection& what) {
  return wire::CreateCloseCollection(out, what.lease.value()).Union();
}

body_offset write(builder& out, const domain::partial& what) {
  const auto sum_digest = codec::to_wire(what.sum_digest);
  return wire::CreatePartial(out, what.lease.value(), what.weight, what.transfer.value(), what.sum_bytes, &sum_digest,
                             what.bytes_received, what.bytes_sent)
      .Union();
}

body_offset write(builder& out, const domain::round_closed& what) {
  return wire::CreateRoundClosed(out, what.lease.value(), what.counted).Union();
}

body_offset write(builder& out, const domain::task& what) {
  const auto model = codec::to_wire(what.model);
  const auto package = write_package(out, what.package);
  const auto settings = write_text(out, what.client_settings);
  return wire::CreateTask(out, to_wire(what.kind), &model, what.model_bytes, codec::to_wire(what.remaining), package,
                          settings)
      .Union();
}

body_offset write(builder& out, const domain::cancel_task& what) {
  return wire::CreateCancelTask(out, to_wire(what.kind)).Union();
}

body_offset write(builder& out, const domain::offer& what) {
  const auto parent = codec::to_wire(what.parent);
  const auto content = codec::to_wire(what.content);
  const auto metrics = write_metrics(out, what.metrics);
  return wire::CreateOffer(out, what.transfer.value(), &parent, &content, what.stream_bytes, what.example_count,
                           metrics)
      .Union();
}

body_offset write(builder& out, const domain::validation& what) {
  return wire::CreateValidation(out, what.example_count, write_metrics(out, what.metrics), to_wire(what.kind)).Union();
}

body_offset write(builder& out, const domain::task_failed& what) {
  return wire::CreateTaskFailed(out, to_wire(what.kind), write_error(out, what.reason)).Union();
}

body_offset write(builder& out, const domain::receipt& what) {
  const auto verdict = static_cast<wire::ReceiptVerdict>(what.verdict);
  return wire::CreateReceipt(out, to_wire(what.kind), verdict, write_error_if_any(out, what.reason)).Union();
}

// -- read ------------------------------------------------------------------------------------------------------------

domain::round_plan read(const wire::RoundPlan& from, complaint& wrong) {
  return {.lease = lease_id{from.lease()},
          .kind = read_kind(from.kind(), wrong),
          .model = read_id(from.model()),
          .model_bytes = from.model_bytes(),
          .remaining = milliseconds{from.remaining_ms()},
          .weights = read_choice<domain::weighting>(from.weights(), "weighting", wrong),
          .scales = {.precision = from.scale_precision(), .total_weight = from.scale_total_weight(), .exponents = {}},
          .cohort = {},
          .late_patience = milliseconds{from.late_patience_ms()},
          .carried = {},
          .package = read_package(from.package(), wrong),
          .client_settings = read_settings(from.client_settings(), wrong)};
}

domain::plan_declined read(const wire::PlanDeclined& from, complaint&) {
  return {.lease = lease_id{from.lease()}, .reason = read_error(from.reason())};
}

domain::progress read(const wire::Progress& from, complaint&) {
  return {
      .lease = lease_id{from.lease()}, .accepted = from.accepted(), .failed = from.failed(), .pending = from.pending()};
}

domain::close_collection read(const wire::CloseCollection& from, complaint&) {
  return {.lease = lease_id{from.lease()}};
}

domain::partial read(const wire::Partial& from, complaint&) {
  return {.lease = lease_id{from.lease()},
          .weight = from.weight(),
          .transfer = transfer_id{from.transfer()},
          .sum_bytes = from.sum_bytes(),
          .sum_digest = read_id(from.sum_digest()),
          .bytes_received = from.bytes_received(),
          .bytes_sent = from.bytes_sent(),
          .contributions = {},
          .failures = {},
          .parents = {}};
}

domain::round_closed read(const wire::RoundClosed& from, complaint&) {
  return {.lease = lease_id{from.lease()}, .counted = from.counted()};
}

domain::task read(const wire::Task& from, complaint& wrong) {
  return {.kind = read_kind(from.kind(), wrong),
          .model = read_id(from.model()),
          .model_bytes = from.model_bytes(),
          .remaining = milliseconds{from.remaining_ms()},
          .package = read_package(from.package(), wrong),
          .client_settings = read_settings(from.client_settings(), wrong)};
}

domain::cancel_task read(const wire::CancelTask& from, complaint& wrong) {
  return {.kind = read_kind(from.kind(), wrong)};
}

domain::offer read(const wire::Offer& from, complaint&) {
  return {.transfer = transfer_id{from.transfer()},
          .parent = read_id(from.parent()),
          .content = read_id(from.content()),
          .stream_bytes = from.stream_bytes(),
          .example_count = from.example_count(),
          .metrics = read_metrics(from.metrics())};
}

domain::validation read(const wire::Validation& from, complaint& wrong) {
  return {.example_count = from.example_count(),
          .metrics = read_metrics(from.metrics()),
          .kind = read_kind(from.kind(), wrong)};
}

domain::task_failed read(const wire::TaskFailed& from, complaint& wrong) {
  return {.kind = read_kind(from.kind(), wrong), .reason = read_error(from.reason())};
}

domain::receipt read(const wire::Receipt& from, complaint& wrong) {
  return {.kind = read_kind(from.kind(), wrong),
          .verdict = read_choice<domain::receipt_verdict>(from.verdict(), "receipt verdict", wrong),
          .reason = read_error(from.reason())};
}

} // namespace fedloom::codec
