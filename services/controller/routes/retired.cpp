#include "services/controller/routes/route_groups.hpp"
#include "services/runtime/json_answer.hpp"

#include <array>

namespace fedloom::controller {

namespace {

/// A route that FEDn has given up, and where its work is done now.
struct retired {
  const char* methods; ///< separated by spaces
  const char* path;
  const char* instead;
};

constexpr std::array retired_routes_of_fedn{
    retired{"POST", "/add_client", "POST /api/v1/clients/add"},
    retired{"POST", "/add_combiner", "nothing: combiners join over the mesh"},
    retired{"GET POST", "/delete_model_trail", "nothing: a committed model is never lost"},
    retired{"GET", "/download_package", "GET /api/v1/packages/download"},
    retired{"GET", "/get_active_clients", "GET /api/v1/clients?status=online"},
    retired{"GET", "/get_client_config", "GET /api/v1/clients/config"},
    retired{"GET", "/get_combiner", "GET /api/v1/combiners/{id}"},
    retired{"GET", "/get_events", "GET /api/v1/statuses"},
    retired{"GET", "/get_initial_model", "GET /api/v1/models with the header X-Sort-Order: asc"},
    retired{"GET", "/get_latest_model", "GET /api/v1/models with the header X-Limit: 1"},
    retired{"GET", "/get_model", "GET /api/v1/models/{id}"},
    retired{"GET", "/get_model_ancestors", "GET /api/v1/models/{id}/ancestors"},
    retired{"GET", "/get_model_descendants", "GET /api/v1/models/{id}/descendants"},
    retired{"GET", "/get_model_trail", "GET /api/v1/models/{id}/ancestors?include_self=true"},
    retired{"GET", "/get_package", "GET /api/v1/packages/active"},
    retired{"GET", "/get_package_checksum", "GET /api/v1/packages/checksum"},
    retired{"GET", "/get_plot_data", "GET /api/v1/validations"},
    retired{"GET", "/get_round", "GET /api/v1/rounds/{id}"},
    retired{"GET", "/get_session", "GET /api/v1/sessions/{id}"},
    retired{"GET", "/list_clients", "GET /api/v1/clients"},
    retired{"GET", "/list_combiners", "GET /api/v1/combiners"},
    retired{"POST", "/list_combiners_data", "POST /api/v1/combiners/clients/count"},
    retired{"GET", "/list_compute_packages", "GET /api/v1/packages"},
    retired{"GET", "/list_models", "GET /api/v1/models"},
    retired{"GET", "/list_rounds", "GET /api/v1/rounds"},
    retired{"GET", "/list_sessions", "GET /api/v1/sessions"},
    retired{"GET", "/list_validations", "GET /api/v1/validations"},
    retired{"PUT", "/set_active_package", "PUT /api/v1/packages/active"},
    retired{"PUT", "/set_current_model", "POST /api/v1/sessions with a seed_model_id"},
    retired{"GET POST", "/set_initial_model", "POST /api/v1/models"},
    retired{"POST", "/set_package", "POST /api/v1/packages"},
    retired{"POST", "/start_session", "POST /api/v1/sessions/start"},
    retired{"GET PUT", "/api/v1/models/active", "POST /api/v1/sessions with a seed_model_id"},
    retired{"POST", "/api/v1/graphql", "the lists of this API and their filters"},
};

runtime::http_handler points_to(const retired& what) {
  return [text = std::string{what.path} + " is gone; use " + what.instead](runtime::http_request&) {
    return runtime::message_answer(410, text);
  };
}

} // namespace

std::vector<runtime::route> retired_routes() {
  std::vector<runtime::route> all;
  for (const auto& one : retired_routes_of_fedn) {
    for (std::string_view methods = one.methods; !methods.empty();) {
      const auto space = methods.find(' ');
      all.push_back({std::string{methods.substr(0, space)}, one.path, points_to(one), false, json_body_limit});
      methods.remove_prefix(space == std::string_view::npos ? methods.size() : space + 1);
    }
  }
  return all;
}

} // namespace fedloom::controller
