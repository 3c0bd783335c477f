#include "services/controller/routes/answers.hpp"
#include "services/controller/routes/openapi_document.hpp"
#include "services/controller/routes/route_groups.hpp"
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
  return {on("GET", "/api/v1/supervision", with, supervision), on("GET", "/api/v1/openapi.yaml", with, document),
          on("GET", "/health", with, health), on("GET", "/livez", with, liveness),
          on("GET", "/readyz", with, readiness)};
}

} // namespace fedloom::controller
