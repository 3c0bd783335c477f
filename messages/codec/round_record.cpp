#include "messages/codec/record.hpp"
#include "messages/codec/record_codec.hpp"
#include "messages/codec/round_rows.hpp"

#include "messages/schema/record_generated.h"

namespace fedloom::codec {

namespace {

constexpr const char* round_identifier = "FRRO";

static_assert(static_cast<int>(wire::RoundStatus::MAX) == static_cast<int>(domain::round_status::abandoned));

domain::scale_table read_scales(const wire::RoundRecord& from) {
  domain::scale_table scales{
      .precision = from.scale_precision(), .total_weight = from.scale_total_weight(), .exponents = {}};
  if (const auto* exponents = from.scale_exponents()) {
    scales.exponents.assign(exponents->begin(), exponents->end());
  }
  return scales;
}

offset<wire::ClientChoice> write_choice(builder& out, const domain::client_choice& what) {
  const auto client = out.CreateString(what.client.value());
  const auto reason = out.CreateSharedString(what.reason); // most clients of a cohort have the same
  return wire::CreateClientChoice(out, client, reason, what.score);
}

domain::client_choice read_client_choice(const wire::ClientChoice& from) {
  return {
      .client = domain::client_id{read_text(from.client())}, .reason = read_text(from.reason()), .score = from.score()};
}

domain::round_record read_round(const wire::RoundRecord& from, complaint& wrong) {
  return {.key = {.session = domain::session_id{read_text(from.session())},
                  .round = from.round(),
                  .attempt = from.attempt()},
          .number = from.number(),
          .status = read_choice<domain::round_status>(from.status(), "round status", wrong),
          .reason = read_error(from.reason(), no_bounds),
          .parent = read_id(from.parent()),
          .model = read_optional<domain::model_id>(from.model()),
          .scales = read_scales(from),
          .parts = read_parts(from.parts()),
          .contributions = read_contributions(from.contributions()),
          .failures = read_failures(from.failures()),
          .weight = from.weight(),
          .validations = read_contributions(from.validations()),
          .validation_failures = read_failures(from.validation_failures()),
          .bytes_up = from.bytes_up(),
          .bytes_down = from.bytes_down(),
          .decision = from.decision(),
          .policy_revision = from.policy_revision(),
          .opened_at = read_date(from.opened_at_ms()),
          .closed_at = read_date(from.closed_at_ms()),
          .choices = read_rows<domain::client_choice>(from.choices(), read_client_choice)};
}

} // namespace

std::vector<std::byte> encode(const domain::round_record& record) {
  builder out;
  const auto session = out.CreateString(record.key.session.value());
  const auto reason = write_error_if_any(out, record.reason, no_bounds);
  const auto& scales = record.scales.exponents;
  const auto exponents = scales.empty() ? 0 : out.CreateVector(scales);
  const auto parts = write_parts(out, record.parts);
  const auto contributions = write_contributions(out, record.contributions);
  const auto failures = write_failures(out, record.failures);
  const auto validations = write_contributions(out, record.validations);
  const auto validation_failures = write_failures(out, record.validation_failures);
  const auto choices = write_rows<wire::ClientChoice>(out, record.choices, write_choice);
  const auto parent = to_wire(record.parent);
  const auto model = to_wire(record.model.value_or(domain::model_id{}));
  out.Finish(wire::CreateRoundRecord(
                 out, session, record.key.round, record.key.attempt, record.number,
                 static_cast<wire::RoundStatus>(record.status), reason, &parent, record.model ? &model : nullptr,
                 record.scales.precision, record.scales.total_weight, exponents, parts, contributions, failures,
                 record.weight, validations, validation_failures, record.bytes_up, record.bytes_down, record.decision,
                 record.policy_revision, to_wire(record.opened_at), to_wire(record.closed_at), choices),
             round_identifier);
  return bytes_of(out);
}

domain::expected<domain::round_record> decode_round(domain::byte_span bytes) {
  return decode_record<domain::round_record, wire::RoundRecord>(bytes, round_identifier, "round", read_round);
}

} // namespace fedloom::codec
