// From messages to JSON.
#include "tests/system/stranger/hex.hpp"
#include "tests/system/stranger/sentence.hpp"

#include <nlohmann/json.hpp>

namespace fedloom::stranger {

namespace {

using nlohmann::json;

std::string code_of(const domain::error& reason) {
  return std::string(domain::to_string(reason.code));
}

json fields_of(const domain::body& heard) {
  return std::visit(
      domain::overloaded{
          [](const domain::placement& m) {
            return json{{"combiner", m.combiner.value()}, {"endpoint", m.endpoint}, {"ticket", to_hex(m.ticket)}};
          },
          [](const domain::refused& m) {
            return json{{"reason", code_of(m.reason)}};
          },
          [](const domain::task& m) {
            return json{{"kind", domain::to_string(m.kind)}, {"model", to_hex(m.model)}, {"bytes", m.model_bytes}};
          },
          [](const domain::receipt& m) {
            return json{{"verdict", domain::to_string(m.verdict)}, {"reason", code_of(m.reason)}};
          },
          [](const domain::grant& m) {
            return json{{"transfer", m.transfer.value()}, {"from_chunk", m.from_chunk}};
          },
          [](const domain::round_plan& m) {
            return json{{"lease", m.lease.value()}, {"cohort", m.cohort.size()}};
          },
          [](const domain::close_collection& m) {
            return json{{"lease", m.lease.value()}};
          },
          [](const domain::round_closed& m) {
            return json{{"lease", m.lease.value()}, {"counted", m.counted}};
          },
          [](const auto&) { return json::object(); },
      },
      heard);
}

} // namespace

json json_of(const domain::message& heard) {
  auto out = fields_of(heard.what);
  out["what"] = domain::name_of(heard.what);
  out["term"] = heard.head.controller_term.value();
  out["session"] = heard.head.round.session.value();
  out["round"] = heard.head.round.round;
  out["attempt"] = heard.head.round.attempt;
  out["payload"] = to_hex(heard.payload.span());
  return out;
}

} // namespace fedloom::stranger
