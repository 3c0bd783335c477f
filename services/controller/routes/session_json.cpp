// Sessions as json_of.hpp has them.
#include "services/controller/routes/aggregator_config.hpp"
#include "services/controller/routes/json_of.hpp"
#include "services/controller/routes/selection_config.hpp"

namespace fedloom::controller {

namespace {

json best_of(const domain::session_record& session) {
  if (!session.best) {
    return nullptr;
  }
  return {{"model_id", to_hex(session.best->model)},
          {"round", session.best->round},
          {"metric", session.options.stop_early.metric},
          {"value", session.best->value}};
}

/// It was checked when it came in; what a store holds anyway is not worth an exception.
json settings_of(const domain::session_options& options) {
  auto settings = json::parse(options.client_settings, nullptr, false);
  return settings.is_object() ? settings : json::object();
}

} // namespace

json json_of(const domain::session_record& session) {
  const bool has_package = session.package.content != domain::package_digest{};
  return {{"session_id", session.session.value()},
          {"name", session.name},
          {"status", to_string(session.status)},
          {"reason", text_or_null(session.reason.text)},
          {"seed_model_id", to_hex(session.seed)},
          {"model_id", to_hex(session.head)},
          {"rounds_committed", session.rounds_committed},
          {"best_model", best_of(session)},
          {"package", has_package ? json(to_hex(session.package.content)) : json(nullptr)},
          {"session_config", json_of(session.options)},
          {"committed_at", json_of(session.created_at)},
          {"updated_at", json_of(session.updated_at)}};
}

json json_of(const domain::session_options& options) {
  return {{"rounds", options.rounds},
          {"requested_clients", options.requested_clients},
          {"round_buffer_size", options.round_buffer_size},
          {"buffer_size", options.round_buffer_size},
          {"min_clients", options.min_clients},
          {"clients_required", options.min_clients},
          {"round_timeout", std::chrono::duration<double>(options.round_timeout).count()},
          {"round_attempts", options.round_attempts},
          {"validate", options.validate},
          {"weighting", options.weights == domain::weighting::uniform ? "uniform" : "examples"},
          {"aggregator", aggregator_of(options)},
          {"aggregator_kwargs", aggregator_kwargs_of(options)},
          {"server_learning_rate", options.server_learning_rate},
          {"proximal_mu", options.proximal_mu},
          {"client_settings", settings_of(options)},
          {"selection", json_of(options.selection)},
          {"early_stop", json_of(options.stop_early)},
          {"helper_type", text_or_null(options.helper)},
          {"delete_models_storage", options.delete_models},
          {"model_name_prefix", options.model_name_prefix},
          {"over_selection", options.over_selection},
          {"late_updates", to_string(options.late_updates)},
          {"max_staleness", options.max_staleness},
          {"staleness_exponent", options.staleness_exponent}};
}

} // namespace fedloom::controller
