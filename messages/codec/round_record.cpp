#include "messages/codec/record.hpp"
#include "messages/codec/record_codec.hpp"

#include "messages/schema/record_generated.h"

namespace fedloom::codec {

namespace {

constexpr const char* round_identifier = "FRRO";

static_assert(static_cast<int>(wire::RoundStatus::MAX) == static_cast<int>(domain::round_status::abandoned));

/// A vector of tables, one per element; absent when empty.
template <class Table, class Element, class Write>
offset<wire_list<Table>> write_rows(builder& out, const std::vector<Element>& elements, Write write) {
  std::vector<offset<Table>> rows;
  rows.reserve(elements.size());
  for (const auto& element : elements) {
    rows.push_back(write(out, element));
  }
  return rows.empty() ? offset<wire_list<Table>>{} : out.CreateVector(rows);
}

template <class Element, class List, class Read>
std::vector<Element> read_rows(const List* list, Read read) {
  std::vector<Element> elements;
  if (list != nullptr) {
    elements.reserve(list->size());
    for (const auto* row : *list) {
      elements.push_back(read(*row));
    }
  }
  return elements;
}

offset<wire_list<wire::Contribution>> write_contributions(builder& out, const std::vector<domain::contribution>& rows) {
  return write_rows<wire::Contribution>(
      out, rows, [](builder& to, const domain::contribution& row) { return write_contribution(to, row, no_bounds); });
}

offset<wire_list<wire::ContributionFailure>> write_failures(builder& out,
                                                            const std::vector<domain::contribution_failure>& rows) {
  return write_rows<wire::ContributionFailure>(out, rows, [](builder& to, const domain::contribution_failure& row) {
    return write_failure(to, row, no_bounds);
  });
}

offset<wire::PartRecord> write_part(builder& out, const domain::part_record& part) {
  const auto combiner = out.CreateString(part.combiner.value());
  const auto cohort = write_names(out, part.cohort);
  return wire::CreatePartRecord(out, part.lease.value(), combiner, cohort, write_carried(out, part.carried));
}

std::vector<domain::contribution> read_contributions(const wire_list<wire::Contribution>* list) {
  return read_rows<domain::contribution>(
      list, [](const wire::Contribution& row) { return read_contribution(row, no_bounds); });
}

std::vector<domain::contribution_failure> read_failures(const wire_list<wire::ContributionFailure>* list) {
  return read_rows<domain::contribution_failure>(
      list, [](const wire::ContributionFailure& row) { return read_failure(row, no_bounds); });
}

domain::part_record read_part(const wire::PartRecord& from) {
  return {.lease = domain::lease_id{from.lease()},
          .combiner = domain::combiner_id{read_text(from.combiner())},
          .cohort = read_rows<domain::client_id>(
              from.cohort(), [](const wire_text& name) { return domain::client_id{read_text(&name)}; }),
          .carried = read_rows<domain::carried_client>(from.carried(), read_carried)};
}

domain::scale_table read_scales(const wire::RoundRecord& from) {
  domain::scale_table scales{
      .precision = from.scale_precision(), .total_weight = from.scale_total_weight(), .exponents = {}};
  if (const auto* exponents = from.scale_exponents()) {
    scales.exponents.assign(exponents->begin(), exponents->end());
  }
  return scales;
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
          .parts = read_rows<domain::part_record>(from.parts(), read_part),
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
          .closed_at = read_date(from.closed_at_ms())};
}

} // namespace

std::vector<std::byte> encode(const domain::round_record& record) {
  builder out;
  const auto session = out.CreateString(record.key.session.value());
  const auto reason = write_error_if_any(out, record.reason, no_bounds);
  const auto& scales = record.scales.exponents;
  const auto exponents = scales.empty() ? 0 : out.CreateVector(scales);
  const auto parts = write_rows<wire::PartRecord>(out, record.parts, write_part);
  const auto contributions = write_contributions(out, record.contributions);
  const auto failures = write_failures(out, record.failures);
  const auto validations = write_contributions(out, record.validations);
  const auto validation_failures = write_failures(out, record.validation_failures);
  const auto parent = to_wire(record.parent);
  const auto model = to_wire(record.model.value_or(domain::model_id{}));
  out.Finish(wire::CreateRoundRecord(
                 out, session, record.key.round, record.key.attempt, record.number,
                 static_cast<wire::RoundStatus>(record.status), reason, &parent, record.model ? &model : nullptr,
                 record.scales.precision, record.scales.total_weight, exponents, parts, contributions, failures,
                 record.weight, validations, validation_failures, record.bytes_up, record.bytes_down, record.decision,
                 record.policy_revision, to_wire(record.opened_at), to_wire(record.closed_at)),
             round_identifier);
  return bytes_of(out);
}

domain::expected<domain::round_record> decode_round(domain::byte_span bytes) {
  return decode_record<domain::round_record, wire::RoundRecord>(bytes, round_identifier, "round", read_round);
}

} // namespace fedloom::codec
