#include "services/controller/routes/json_of.hpp"
#include "services/controller/routes/round_rows.hpp"

namespace fedloom::controller {

using domain::contribution;
using domain::round_record;

namespace {

json shown(const round_record& round, const contribution& one, senders& sender) {
  const auto id = to_string(row_id{round.number, domain::task_kind::validate, one.client});
  const auto at = json_of(last_change(round));
  return {{"validation_id", id},
          {"model_id", to_hex(validated_model(round))},
          {"data", one.output.empty() ? dumped(json_of(one.metrics)) : one.output},
          {"correlation_id", id},
          {"timestamp", at},
          {"session_id", round.key.session.value()},
          {"round_id", std::to_string(round.number)},
          {"num_examples", one.example_count},
          {"meta", nullptr},
          {"sender", sender(one.client)},
          {"receiver", combiner_agent(combiner_of(round, one.client))},
          {"committed_at", at},
          {"updated_at", at}};
}

rows all_validations(const rest_context& with, const runtime::http_request& request) {
  const auto sender = std::make_shared<senders>(*with.store);
  round_view view{
      [](const round_record& round) { return round.validations.size(); },
      [sender](const round_record& round, std::size_t i) { return shown(round, round.validations[i], *sender); }};
  view.sample = view.object(exemplary_round(), 0);
  return rows_of_rounds(with, request, std::move(view));
}

std::optional<json> find_validation(const rest_context& with, const std::string& text) {
  const auto id = row_id_from(text);
  if (!id || id->kind != domain::task_kind::validate || !id->key.empty()) {
    return std::nullopt;
  }
  const auto round = with.store->round(id->round);
  if (!round) {
    return std::nullopt;
  }
  const auto found = std::ranges::find(round->validations, id->client, &contribution::client);
  senders sender(*with.store);
  return found == round->validations.end() ? std::nullopt : std::optional(shown(*round, *found, sender));
}

} // namespace

route_list validation_routes(const context_ptr& with) {
  return entity_routes(with, {"/api/v1/validations", all_validations, find_validation});
}

} // namespace fedloom::controller
