#pragma once
#include "actors/combiner/model_cache_machine.hpp"
#include "actors/combiner/parts_machine.hpp"
#include "actors/combiner/roster_machine.hpp"
#include "tests/actors/combiner/render_body.hpp"

/// An effect of a combiner's machine in one line, for example "send client-1: receipt rejected not_finite".
namespace fedloom::combiner {

using test::at;
using test::lines;

inline std::string code_of(const domain::error& reason) {
  return std::string(to_string(reason.code));
}
inline std::string peer_of(transport::peer_id peer) {
  return "peer " + std::to_string(peer.value());
}

namespace collection {
inline std::string render(const send& e) {
  return "send " + e.to.value() + ": " + test::render(e.what, e.payload);
}
inline std::string render(const report& e) {
  return "report " + test::render(e.what, e.payload);
}
inline std::string render(const fold& e) {
  return "fold " + e.client.value() + " x" + std::to_string(e.weight) + " in " + std::to_string(e.pieces.size());
}
inline std::string render(const journal& e) {
  return "journal " + e.what.client.value() + " x" + std::to_string(e.what.weight);
}
inline std::string render(const freeze&) {
  return "freeze";
}
inline std::string render(const update_accepted& e) {
  return "accepted " + e.client.value();
}
inline std::string render(const update_refused& e) {
  return "refused " + e.client.value() + " " + code_of(e.reason);
}
inline std::string render(const client_failed& e) {
  return "failed " + e.client.value() + " " + code_of(e.reason);
}
} // namespace collection

namespace roster {
inline std::string render(const send& e) {
  return "send " + peer_of(e.to) + ": " + test::render(e.what);
}
inline std::string render(const identify& e) {
  return "identify " + peer_of(e.peer) + " as " + e.identity;
}
inline std::string render(const hang_up& e) {
  return "hang up " + peer_of(e.peer);
}
inline std::string render(const client_came& e) {
  return "came " + e.who.client.value() + " at " + peer_of(e.who.peer) + " max " + std::to_string(e.who.max_examples);
}
inline std::string render(const client_left& e) {
  return "left " + e.client.value() + " " + code_of(e.reason);
}
inline std::string render(const report& e) {
  return "report " + test::render(e.what);
}
inline std::string render(const turned_away& e) {
  return "turned away " + e.client.value() + " " + code_of(e.reason);
}
} // namespace roster

namespace model_cache {
inline std::string render(const ask_controller& e) {
  return "ask " + test::render(e.what);
}
inline std::string render(const verify& e) {
  return "verify " + test::render_name(e.name) + " in " + std::to_string(e.pieces.size());
}
inline std::string render(const ready& e) {
  return "ready " + test::render_name(e.name) + " " + std::to_string(e.what.stream.size()) + "B";
}
inline std::string render(const failed& e) {
  return "failed " + test::render_name(e.name) + " " + code_of(e.reason);
}
inline std::string render(const send& e) {
  return "send " + peer_of(e.to) + ": " + test::render(e.what, e.payload);
}
inline std::string render(const served& e) {
  return "served " + test::render_name(e.name) + " " + std::to_string(e.bytes) + "B";
}
} // namespace model_cache

} // namespace fedloom::combiner
