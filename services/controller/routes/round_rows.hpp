#pragma once
#include "services/controller/routes/agents.hpp"
#include "services/controller/routes/entity_routes.hpp"
#include "services/controller/routes/row_id.hpp"

/// Lists of what rounds hold several of: what their clients answered.
namespace fedloom::controller {

/// Rows of the rounds, in the order of their numbers.
struct round_view {
  std::function<std::size_t(const domain::round_record&)> count;
  std::function<json(const domain::round_record&, std::size_t index)> object;
  json sample{};
};

/// With session_id or round_id in the request, only those rounds are read.
rows rows_of_rounds(const rest_context& with, const runtime::http_request& request, round_view what);

/// A round in which one client did everything once: the sample of a view is made from it.
domain::round_record exemplary_round();

/// When it ended, or when it began.
domain::timestamp last_change(const domain::round_record& round);
/// The part in which the client was asked; empty when the record does not know any more.
domain::combiner_id combiner_of(const domain::round_record& round, const domain::client_id& client);
/// What its clients judged: the model that it committed.
domain::model_id validated_model(const domain::round_record& round);

} // namespace fedloom::controller
