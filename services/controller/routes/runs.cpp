#include "services/controller/routes/entity_routes.hpp"
#include "services/controller/routes/json_of.hpp"

namespace fedloom::controller {

namespace {

json shown(const rest_context&, const domain::run_record& run) {
  const bool is_open = run.completed_at == domain::timestamp{};
  return {{"run_id", run.run.value()},
          {"session_id", run.session.value()},
          {"model_id", to_hex(run.model)},
          {"completed_at_model_id", run.completed ? json(to_hex(*run.completed)) : json(nullptr)},
          {"round_timeout", std::chrono::duration<double>(run.round_timeout).count()},
          {"rounds", run.rounds},
          {"completed_at", json_of(run.completed_at)},
          {"committed_at", json_of(run.started_at)},
          {"updated_at", json_of(is_open ? run.started_at : run.completed_at)}};
}

} // namespace

route_list run_routes(const context_ptr& with) {
  return entity_routes(with, stored_entity<domain::run_record, domain::run_id>("/api/v1/runs", shown));
}

} // namespace fedloom::controller
