#include "messages/codec/entity.hpp"

#include "messages/codec/record_codec.hpp"
#include "messages/codec/round_rows.hpp"

#include "messages/schema/entity_generated.h"

#include <algorithm>

namespace fedloom::codec {

namespace {

constexpr const char* package_identifier = "FEPA";
constexpr const char* active_identifier = "FEAC";
constexpr const char* run_identifier = "FERU";
constexpr const char* prediction_identifier = "FEPR";
constexpr const char* attribute_identifier = "FEAT";
constexpr const char* measurement_identifier = "FEME";
constexpr const char* answer_identifier = "FEAN";

static_assert(static_cast<int>(wire::PredictionStatus::MAX) == static_cast<int>(domain::prediction_status::failed));

std::uint64_t to_long(domain::milliseconds duration) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0));
}

domain::milliseconds read_long(std::uint64_t ms) {
  constexpr auto longest = static_cast<std::uint64_t>(domain::milliseconds::max().count());
  return domain::milliseconds{std::min(ms, longest)};
}

domain::package_record read_package_record(const wire::PackageRecord& from, complaint& wrong) {
  return {.package = domain::package_id{read_text(from.package())},
          .name = read_text(from.name()),
          .description = read_text(from.description()),
          .file_name = read_text(from.file_name()),
          .helper = read_text(from.helper()),
          .content = read_package(from.content(), wrong),
          .committed_at = read_date(from.committed_at_ms())};
}

domain::active_record read_active(const wire::ActiveRecord& from, complaint&) {
  return {.package = domain::package_id{read_text(from.package())}, .helper = read_text(from.helper())};
}

domain::run_record read_run(const wire::RunRecord& from, complaint&) {
  return {.run = domain::run_id{read_text(from.run())},
          .session = domain::session_id{read_text(from.session())},
          .model = read_id(from.model()),
          .completed = read_optional<domain::model_id>(from.completed()),
          .round_timeout = read_long(from.round_timeout_ms()),
          .rounds = from.rounds(),
          .started_at = read_date(from.started_at_ms()),
          .completed_at = read_date(from.completed_at_ms())};
}

domain::prediction_record read_prediction(const wire::PredictionRecord& from, complaint& wrong) {
  return {.prediction = domain::prediction_id{read_text(from.prediction())},
          .session = domain::session_id{read_text(from.session())},
          .model = read_id(from.model()),
          .status = read_choice<domain::prediction_status>(from.status(), "prediction status", wrong),
          .reason = read_error(from.reason(), no_bounds),
          .parts = read_parts(from.parts()),
          .contributions = read_contributions(from.contributions()),
          .failures = read_failures(from.failures()),
          .asked_at = read_date(from.asked_at_ms()),
          .closed_at = read_date(from.closed_at_ms())};
}

domain::attribute_record read_attribute(const wire::AttributeRecord& from, complaint&) {
  return {.number = from.number(),
          .client = domain::client_id{read_text(from.client())},
          .key = read_text(from.key()),
          .value = read_text(from.value()),
          .at = read_date(from.at_ms())};
}

domain::measurement_record read_measurement(const wire::MeasurementRecord& from, complaint&) {
  return {.number = from.number(),
          .client = domain::client_id{read_text(from.client())},
          .key = read_text(from.key()),
          .value = from.value(),
          .round = {domain::session_id{read_text(from.session())}, from.round(), from.attempt()},
          .model = read_id(from.model()),
          .step = from.step(),
          .at = read_date(from.at_ms())};
}

domain::answer_record read_answer(const wire::AnswerRecord& from, complaint&) {
  return {.key = read_text(from.key()),
          .request = read_text(from.request()),
          .status = from.status(),
          .body = read_text(from.body()),
          .at = read_date(from.at_ms())};
}

} // namespace

std::vector<std::byte> encode(const domain::package_record& record) {
  builder out;
  const auto package = out.CreateString(record.package.value());
  const auto name = write_text(out, record.name);
  const auto description = write_text(out, record.description);
  const auto file_name = write_text(out, record.file_name);
  const auto helper = write_text(out, record.helper);
  const auto content = write_package(out, record.content);
  out.Finish(wire::CreatePackageRecord(out, package, name, description, file_name, helper, content,
                                       to_wire(record.committed_at)),
             package_identifier);
  return bytes_of(out);
}

std::vector<std::byte> encode(const domain::active_record& record) {
  builder out;
  const auto package = write_text(out, record.package.value());
  const auto helper = write_text(out, record.helper);
  out.Finish(wire::CreateActiveRecord(out, package, helper), active_identifier);
  return bytes_of(out);
}

std::vector<std::byte> encode(const domain::run_record& record) {
  builder out;
  const auto run = out.CreateString(record.run.value());
  const auto session = out.CreateString(record.session.value());
  const auto model = to_wire(record.model);
  const auto completed = to_wire(record.completed.value_or(domain::model_id{}));
  out.Finish(wire::CreateRunRecord(out, run, session, &model, record.completed ? &completed : nullptr,
                                   to_long(record.round_timeout), record.rounds, to_wire(record.started_at),
                                   to_wire(record.completed_at)),
             run_identifier);
  return bytes_of(out);
}

std::vector<std::byte> encode(const domain::prediction_record& record) {
  builder out;
  const auto prediction = out.CreateString(record.prediction.value());
  const auto session = write_text(out, record.session.value());
  const auto reason = write_error_if_any(out, record.reason, no_bounds);
  const auto parts = write_parts(out, record.parts);
  const auto contributions = write_contributions(out, record.contributions);
  const auto failures = write_failures(out, record.failures);
  const auto model = to_wire(record.model);
  out.Finish(wire::CreatePredictionRecord(out, prediction, session, &model,
                                          static_cast<wire::PredictionStatus>(record.status), reason, parts,
                                          contributions, failures, to_wire(record.asked_at), to_wire(record.closed_at)),
             prediction_identifier);
  return bytes_of(out);
}

std::vector<std::byte> encode(const domain::attribute_record& record) {
  builder out;
  const auto client = out.CreateString(record.client.value());
  const auto key = write_text(out, record.key);
  const auto value = write_text(out, record.value);
  out.Finish(wire::CreateAttributeRecord(out, record.number, client, key, value, to_wire(record.at)),
             attribute_identifier);
  return bytes_of(out);
}

std::vector<std::byte> encode(const domain::measurement_record& record) {
  builder out;
  const auto client = out.CreateString(record.client.value());
  const auto key = write_text(out, record.key);
  const auto session = write_text(out, record.round.session.value());
  const auto model = to_wire(record.model);
  out.Finish(wire::CreateMeasurementRecord(out, record.number, client, key, record.value, session, record.round.round,
                                           record.round.attempt, &model, record.step, to_wire(record.at)),
             measurement_identifier);
  return bytes_of(out);
}

std::vector<std::byte> encode(const domain::answer_record& record) {
  builder out;
  const auto key = out.CreateString(record.key);
  const auto request = write_text(out, record.request);
  const auto body = write_text(out, record.body);
  out.Finish(wire::CreateAnswerRecord(out, key, request, record.status, body, to_wire(record.at)), answer_identifier);
  return bytes_of(out);
}

domain::expected<domain::package_record> decode_package(domain::byte_span bytes) {
  return decode_record<domain::package_record, wire::PackageRecord>(bytes, package_identifier, "package",
                                                                    read_package_record);
}

domain::expected<domain::active_record> decode_active(domain::byte_span bytes) {
  return decode_record<domain::active_record, wire::ActiveRecord>(bytes, active_identifier, "active", read_active);
}

domain::expected<domain::run_record> decode_run(domain::byte_span bytes) {
  return decode_record<domain::run_record, wire::RunRecord>(bytes, run_identifier, "run", read_run);
}

domain::expected<domain::prediction_record> decode_prediction(domain::byte_span bytes) {
  return decode_record<domain::prediction_record, wire::PredictionRecord>(bytes, prediction_identifier, "prediction",
                                                                          read_prediction);
}

domain::expected<domain::attribute_record> decode_attribute(domain::byte_span bytes) {
  return decode_record<domain::attribute_record, wire::AttributeRecord>(bytes, attribute_identifier, "attribute",
                                                                        read_attribute);
}

domain::expected<domain::measurement_record> decode_measurement(domain::byte_span bytes) {
  return decode_record<domain::measurement_record, wire::MeasurementRecord>(bytes, measurement_identifier,
                                                                            "measurement", read_measurement);
}

domain::expected<domain::answer_record> decode_answer(domain::byte_span bytes) {
  return decode_record<domain::answer_record, wire::AnswerRecord>(bytes, answer_identifier, "answer", read_answer);
}

} // namespace fedloom::codec
