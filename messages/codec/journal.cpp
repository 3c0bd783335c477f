#include "messages/codec/journal.hpp"

#include "messages/codec/body_codec.hpp"
#include "messages/codec/list_codec.hpp"
#include "messages/codec/record_codec.hpp"

#include "messages/schema/journal_generated.h"

namespace fedloom::codec {

namespace {

constexpr const char* plan_identifier = "FJPL";
constexpr const char* answer_identifier = "FJAN";
constexpr const char* end_identifier = "FJEN";
constexpr const char* kept_identifier = "FJKU";

/// Of the tables that name a round in fields of their own.
template <class Table>
domain::round_key read_round(const Table& from) {
  return {domain::session_id{read_text(from.session())}, from.round(), from.attempt()};
}

template <class Table>
offset<Table> as(body_offset body) {
  return offset<Table>(body.o);
}

domain::journalled_plan read_plan(const wire::JournalledPlan& from, complaint& wrong) {
  domain::journalled_plan record{read_round(from), read(*from.plan(), wrong)};
  read_plan_lists(*from.lists(), record.plan, wrong);
  return record;
}

domain::journalled_answer read_answer(const wire::JournalledAnswer& from, complaint&) {
  return {domain::lease_id{from.lease()}, read_contribution(*from.what(), no_bounds)};
}

domain::journalled_end read_end(const wire::JournalledEnd& from, complaint&) {
  return {domain::lease_id{from.lease()}, read_round(from), from.counted()};
}

domain::kept_update read_kept(const wire::KeptUpdate& from, complaint& wrong) {
  return {read_round(from), read(*from.what(), wrong)};
}

} // namespace

std::vector<std::byte> encode(const domain::journalled_plan& record) {
  builder out;
  const auto session = out.CreateString(record.round.session.value());
  const auto plan = as<wire::RoundPlan>(write(out, record.plan));
  const auto lists = write_plan_lists(out, record.plan);
  out.Finish(wire::CreateJournalledPlan(out, session, record.round.round, record.round.attempt, plan, lists),
             plan_identifier);
  return bytes_of(out);
}

std::vector<std::byte> encode(const domain::journalled_answer& record) {
  builder out;
  const auto what = write_contribution(out, record.what, no_bounds);
  out.Finish(wire::CreateJournalledAnswer(out, record.lease.value(), what), answer_identifier);
  return bytes_of(out);
}

std::vector<std::byte> encode(const domain::journalled_end& record) {
  builder out;
  const auto session = out.CreateString(record.round.session.value());
  out.Finish(wire::CreateJournalledEnd(out, record.lease.value(), session, record.round.round, record.round.attempt,
                                       record.counted),
             end_identifier);
  return bytes_of(out);
}

std::vector<std::byte> encode(const domain::kept_update& record) {
  builder out;
  const auto session = out.CreateString(record.round.session.value());
  const auto what = as<wire::Offer>(write(out, record.what));
  out.Finish(wire::CreateKeptUpdate(out, session, record.round.round, record.round.attempt, what), kept_identifier);
  return bytes_of(out);
}

domain::expected<domain::journalled_plan> decode_journalled_plan(domain::byte_span bytes) {
  return decode_record<domain::journalled_plan, wire::JournalledPlan>(bytes, plan_identifier, "plan", read_plan);
}

domain::expected<domain::journalled_answer> decode_journalled_answer(domain::byte_span bytes) {
  return decode_record<domain::journalled_answer, wire::JournalledAnswer>(bytes, answer_identifier, "answer",
                                                                          read_answer);
}

domain::expected<domain::journalled_end> decode_journalled_end(domain::byte_span bytes) {
  return decode_record<domain::journalled_end, wire::JournalledEnd>(bytes, end_identifier, "end", read_end);
}

domain::expected<domain::kept_update> decode_kept_update(domain::byte_span bytes) {
  return decode_record<domain::kept_update, wire::KeptUpdate>(bytes, kept_identifier, "kept update", read_kept);
}

} // namespace fedloom::codec
