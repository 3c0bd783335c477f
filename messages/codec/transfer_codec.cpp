#include "messages/codec/body_codec.hpp"

#include "messages/schema/transfer_generated.h"

namespace fedloom::codec {

using domain::transfer_id;

// -- write -----------------------------------------------------------------------------------------------------------

body_offset write(builder& out, const domain::get_model& what) {
  const auto model = to_wire(what.model);
  return wire::CreateGetModel(out, &model, what.transfer.value(), what.from_chunk, what.credit).Union();
}

body_offset write(builder& out, const domain::get_package& what) {
  const auto package = to_wire(what.package);
  return wire::CreateGetPackage(out, &package, what.transfer.value(), what.from_chunk, what.credit).Union();
}

body_offset write(builder& out, const domain::grant& what) {
  return wire::CreateGrant(out, what.transfer.value(), what.from_chunk, what.credit).Union();
}

body_offset write(builder& out, const domain::credit& what) {
  return wire::CreateCredit(out, what.transfer.value(), what.chunks).Union();
}

body_offset write(builder& out, const domain::chunk& what) {
  const auto content = to_wire(what.content);
  return wire::CreateChunk(out, what.transfer.value(), what.index, &content).Union();
}

body_offset write(builder& out, const domain::abort_transfer& what) {
  return wire::CreateAbortTransfer(out, what.transfer.value(), write_error(out, what.reason)).Union();
}

// -- read ------------------------------------------------------------------------------------------------------------

domain::get_model read(const wire::GetModel& from, complaint&) {
  return {.model = read_id(from.model()),
          .transfer = transfer_id{from.transfer()},
          .from_chunk = from.from_chunk(),
          .credit = from.credit()};
}

domain::get_package read(const wire::GetPackage& from, complaint&) {
  return {.package = read_id(from.package()),
          .transfer = transfer_id{from.transfer()},
          .from_chunk = from.from_chunk(),
          .credit = from.credit()};
}

domain::grant read(const wire::Grant& from, complaint&) {
  return {.transfer = transfer_id{from.transfer()}, .from_chunk = from.from_chunk(), .credit = from.credit()};
}

domain::credit read(const wire::Credit& from, complaint&) {
  return {.transfer = transfer_id{from.transfer()}, .chunks = from.chunks()};
}

domain::chunk read(const wire::Chunk& from, complaint&) {
  return {.transfer = transfer_id{from.transfer()}, .index = from.index(), .content = read_id(from.content())};
}

domain::abort_transfer read(const wire::AbortTransfer& from, complaint&) {
  return {.transfer = transfer_id{from.transfer()}, .reason = read_error(from.reason())};
}

} // namespace fedloom::codec
