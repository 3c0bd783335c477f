#pragma once
#include "services/controller/routes/rest.hpp"

#include <memory>

/// The groups of routes that rest_routes() joins, one per noun.
namespace fedloom::controller {

using context_ptr = std::shared_ptr<const rest_context>;
using route_list = std::vector<runtime::route>;

route_list client_routes(const context_ptr& with);
route_list combiner_routes(const context_ptr& with);
route_list model_routes(const context_ptr& with);
runtime::route model_upload_route(const context_ptr& with);
/// Ancestors, descendants, leaves.
route_list model_trail_routes(const context_ptr& with);
/// Compute packages, and the helper that goes with the active one.
route_list package_routes(const context_ptr& with);
route_list session_routes(const context_ptr& with);
runtime::route session_events_route(const context_ptr& with);
route_list round_routes(const context_ptr& with);
route_list run_routes(const context_ptr& with);
/// What the clients of rounds answered, measured and failed in.
route_list validation_routes(const context_ptr& with);
route_list metric_routes(const context_ptr& with);
route_list status_routes(const context_ptr& with);
/// What clients say of themselves.
route_list attribute_routes(const context_ptr& with);
route_list telemetry_routes(const context_ptr& with);
/// FLOPY-NET's server.
route_list flopynet_routes(const context_ptr& with);
route_list model_version_routes(const context_ptr& with);
/// Liveness, readiness, the supervision tree and the OpenAPI document.
route_list service_state_routes(const context_ptr& with);

/// JSON that a request may bring; configurations are smaller by far.
inline constexpr std::uint64_t json_body_limit = std::uint64_t{1} << 20;

using context_handler = runtime::http_response (*)(const rest_context& with, runtime::http_request& request);
inline runtime::route on(std::string method, std::string path, const context_ptr& with, context_handler handler) {
  return {std::move(method), std::move(path),
          runtime::http_handler{[with, handler](runtime::http_request& request) { return handler(*with, request); }},
          false, json_body_limit};
}

} // namespace fedloom::controller
