#include "services/controller/routes/answers.hpp"
#include "services/controller/routes/openapi_document.hpp"
#include "services/controller/routes/route_groups.hpp"
#include "services/controller/routes/training_state.hpp"
#include "services/runtime/admin_server.hpp"

namespace fedloom::controller {

namespace {

runtime::http_response health(const rest_context&, runtime::http_request&) {
  return text_answer("OK");
}
runtime::http_response liveness(const rest_context&, runtime::http_request&) {
  return text_answer("alive\n");
}

runtime::http_response readiness(const rest_context& with, runtime::http_request&) {
  const auto ready = with.ready();
  return ready ? text_answer("ready\n") : runtime::message_answer(503, ready.error().text);
}

/// FEDn's words. Ours runs a session without a time of its own for giving instructions.
runtime::http_response controller_status(const rest_context& with, runtime::http_request&) {
  const auto status = server_status(with, current_session(*with.store));
  return json_answer({{"state", status == "starting" ? "setup" : status == "training" ? "monitoring" : "idle"}});
}

runtime::http_response supervision(const rest_context& with, runtime::http_request&) {
  return runtime::supervision_answer(with.supervision());
}

runtime::http_response document(const rest_context&, runtime::http_request&) {
  runtime::http_response answer;
  answer.content_type = "application/yaml";
  answer.body = std::string{openapi_document};
  return answer;
}

} // namespace

route_list service_state_routes(const context_ptr& with) {
  return {on("GET", "/api/v1/supervision", with, supervision),
          on("GET", "/api/v1/openapi.yaml", with, document),
          on("GET", "/get_controller_status", with, controller_status),
          on("GET", "/health", with, health),
          on("GET", "/livez", with, liveness),
          on("GET", "/readyz", with, readiness)};
}

} // namespace fedloom::controller
