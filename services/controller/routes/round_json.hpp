#pragma once
#include "actors/aggregation/convergence.hpp"
#include "messages/domain/record.hpp"
#include "services/controller/routes/answers.hpp"

/// Rounds as REST and its streams of events show them.
namespace fedloom::controller {

/// GET /rounds/{id}. `options` are those of its session.
json json_of(const domain::round_record& round, const domain::session_options& options);
/// The data of the events `round` and `attempt`: what a progress display needs, without a line per client.
json summary_of(const domain::round_record& round);

/// What its validations say of the model that it committed: means over the clients, weighted by their examples.
aggregation::judged_round judgement_of(const domain::round_record& round);
json number_or_null(const std::optional<double>& value);

} // namespace fedloom::controller
