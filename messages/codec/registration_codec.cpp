#include "messages/codec/body_codec.hpp"
#include "messages/codec/text.hpp"

#include "messages/schema/registration_generated.h"

namespace fedloom::codec {

using domain::milliseconds;

// -- write -----------------------------------------------------------------------------------------------------------

body_offset write(builder& out, const domain::combiner_hello& what) {
  const auto combiner = out.CreateString(what.combiner.value());
  const auto endpoint = out.CreateString(what.endpoint);
  return wire::CreateCombinerHello(out, combiner, endpoint, what.max_clients).Union();
}

body_offset write(builder& out, const domain::combiner_welcome& what) {
  return wire::CreateCombinerWelcome(out, to_wire(what.heartbeat), to_wire(what.lease)).Union();
}

body_offset write(builder& out, const domain::join& what) {
  const auto client = out.CreateString(what.client.value());
  const auto name = write_text(out, head_of(what.name, client_name_bytes));
  const auto preferred = write_text(out, what.preferred_combiner.value());
  const auto lost = write_text(out, what.lost_combiner.value());
  const auto resume = to_wire(what.resume);
  const auto machine = write_machine(out, what.machine);
  return wire::CreateJoin(out, client, name, preferred, &resume, what.max_examples, lost, machine).Union();
}

body_offset write(builder& out, const domain::placement& what) {
  const auto combiner = out.CreateString(what.combiner.value());
  const auto endpoint = out.CreateString(what.endpoint);
  const auto ticket = to_wire(what.ticket);
  const auto resume = to_wire(what.resume);
  const auto package = write_package(out, what.package);
  return wire::CreatePlacement(out, combiner, endpoint, &ticket, &resume, package).Union();
}

body_offset write(builder& out, const domain::refused& what) {
  return wire::CreateRefused(out, write_error(out, what.reason), to_wire(what.retry_after)).Union();
}

body_offset write(builder& out, const domain::expect_client& what) {
  const auto client = out.CreateString(what.client.value());
  const auto ticket = to_wire(what.ticket);
  return wire::CreateExpectClient(out, client, &ticket, what.max_examples, to_wire(what.valid)).Union();
}

body_offset write(builder& out, const domain::client_hello& what) {
  const auto client = out.CreateString(what.client.value());
  const auto ticket = to_wire(what.ticket);
  return wire::CreateClientHello(out, client, &ticket).Union();
}

body_offset write(builder& out, const domain::client_welcome& what) {
  return wire::CreateClientWelcome(out, to_wire(what.heartbeat), to_wire(what.lease)).Union();
}

body_offset write(builder& out, const domain::heartbeat& what) {
  return wire::CreateHeartbeat(out, what.sequence).Union();
}

body_offset write(builder& out, const domain::roster_changed& what) {
  return wire::CreateRosterChanged(out, what.whole).Union();
}

body_offset write(builder& out, const domain::goodbye& what) {
  return wire::CreateGoodbye(out, write_text(out, head_of(what.reason, goodbye_reason_bytes))).Union();
}

body_offset write(builder& out, const domain::draining& what) {
  return wire::CreateDraining(out, write_text(out, head_of(what.reason, goodbye_reason_bytes))).Union();
}

// -- read ------------------------------------------------------------------------------------------------------------

domain::combiner_hello read(const wire::CombinerHello& from, complaint& wrong) {
  return {.combiner = read_combiner(from.combiner(), wrong),
          .endpoint = read_endpoint(from.endpoint(), wrong),
          .max_clients = from.max_clients()};
}

domain::combiner_welcome read(const wire::CombinerWelcome& from, complaint&) {
  return {.heartbeat = milliseconds{from.heartbeat_ms()}, .lease = milliseconds{from.lease_ms()}};
}

domain::join read(const wire::Join& from, complaint& wrong) {
  return {.client = read_client(from.client(), wrong),
          .name = head_of(view_of(from.name()), client_name_bytes),
          .preferred_combiner = read_combiner_or_none(from.preferred_combiner(), wrong),
          .resume = read_id(from.resume()),
          .max_examples = from.max_examples(),
          .lost_combiner = read_combiner_or_none(from.lost_combiner(), wrong),
          .machine = read_machine(from.machine())};
}

domain::placement read(const wire::Placement& from, complaint& wrong) {
  return {.combiner = read_combiner(from.combiner(), wrong),
          .endpoint = read_endpoint(from.endpoint(), wrong),
          .ticket = read_id(from.ticket()),
          .resume = read_id(from.resume()),
          .package = read_package(from.package(), wrong)};
}

domain::refused read(const wire::Refused& from, complaint&) {
  return {.reason = read_error(from.reason()), .retry_after = milliseconds{from.retry_after_ms()}};
}

domain::expect_client read(const wire::ExpectClient& from, complaint& wrong) {
  return {.client = read_client(from.client(), wrong),
          .ticket = read_id(from.ticket()),
          .max_examples = from.max_examples(),
          .valid = milliseconds{from.valid_ms()}};
}

domain::client_hello read(const wire::ClientHello& from, complaint& wrong) {
  return {.client = read_client(from.client(), wrong), .ticket = read_id(from.ticket())};
}

domain::client_welcome read(const wire::ClientWelcome& from, complaint&) {
  return {.heartbeat = milliseconds{from.heartbeat_ms()}, .lease = milliseconds{from.lease_ms()}};
}

domain::heartbeat read(const wire::Heartbeat& from, complaint&) {
  return {.sequence = from.sequence()};
}

domain::roster_changed read(const wire::RosterChanged& from, complaint&) {
  return {.whole = from.whole(), .present = {}, .gone = {}};
}

domain::draining read(const wire::Draining& from, complaint&) {
  return {.reason = head_of(view_of(from.reason()), goodbye_reason_bytes)};
}

domain::goodbye read(const wire::Goodbye& from, complaint&) {
  return {.reason = head_of(view_of(from.reason()), goodbye_reason_bytes)};
}

} // namespace fedloom::codec
