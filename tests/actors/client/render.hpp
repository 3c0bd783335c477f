#pragma once
#include "actors/client/membership_machine.hpp"
#include "actors/client/task_machine.hpp"
#include "tests/actors/combiner/render_body.hpp"

/// An effect of a client's machine in one line, for example "send 1.1: train failed too_large".
namespace fedloom::client {

using test::at;
using test::lines;

inline std::string code_of(const domain::error& reason) {
  return std::string(to_string(reason.code));
}
inline std::string name_of(link at) {
  return at == link::controller ? "controller" : "combiner";
}
/// "round.attempt", or nothing for what is about no round.
inline std::string render(const domain::round_key& round) {
  return round.round == 0 ? "" : std::to_string(round.round) + "." + std::to_string(round.attempt);
}

namespace membership {
inline std::string render(const open& e) {
  return "open " + name_of(e.at) + " " + e.endpoint;
}
inline std::string render(const close& e) {
  return "close " + name_of(e.at);
}
inline std::string render(const send& e) {
  return "send " + name_of(e.at) + ": " + test::render(e.what);
}
inline std::string render(const keep_token& e) {
  return "keep token " + std::to_string(e.resume.value()[0]);
}
inline std::string render(const attached& e) {
  return "attached to " + e.combiner.value();
}
inline std::string render(const detached& e) {
  return "detached " + code_of(e.reason);
}
inline std::string render(const joined& e) {
  return "placed at " + e.combiner.value();
}
inline std::string render(const turned_away& e) {
  return "turned away " + code_of(e.reason);
}
} // namespace membership

namespace work {
inline std::string render(const send& e) {
  const auto round = client::render(e.round);
  return "send " + (round.empty() ? "" : round + " ") + test::render(e.what, e.payload);
}
inline std::string render(const run& e) {
  return "run " + client::render(e.round) + " " + std::string(to_string(e.kind)) + " with " +
         std::to_string(e.model.size()) + "B within " + std::to_string(e.time_limit.count()) + "ms";
}
inline std::string render(const prepare& e) {
  return "prepare " + test::render(e.package.content) + (e.archive.empty() ? "" : " of ") +
         (e.archive.empty() ? "" : std::to_string(e.archive.size()) + "B");
}
inline std::string render(const report_package& e) {
  return "log " + test::render(e.package) + " " + code_of(e.reason);
}
inline std::string render(const stop_running&) {
  return "stop";
}
inline std::string render(const drop_update& e) {
  return "drop " + client::render(e.round);
}
inline std::string render(const move_update& e) {
  return "move " + client::render(e.from) + " to " + client::render(e.to);
}
inline std::string render(const report_failure& e) {
  return "log " + client::render(e.round) + " " + std::string(to_string(e.kind)) + " failed " + code_of(e.reason);
}
inline std::string render(const report_receipt& e) {
  return "log " + client::render(e.round) + " " + test::render(domain::body{e.what});
}
} // namespace work

} // namespace fedloom::client
