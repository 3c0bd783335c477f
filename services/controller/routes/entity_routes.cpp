#include "services/controller/routes/entity_routes.hpp"

#include <memory>

namespace fedloom::controller {

route_list entity_routes(const context_ptr& with, entity what) {
  const auto noun = std::make_shared<const entity>(std::move(what));
  const auto route = [&](const char* method, const char* below, auto handler) {
    return runtime::route{method, noun->path + below,
                          runtime::http_handler{[with, noun, handler](runtime::http_request& request) {
                            return handler(*with, *noun, request);
                          }},
                          false, json_body_limit};
  };
  const auto list = [](const rest_context& in, const entity& of, runtime::http_request& request) {
    return list_answer(request, of.all(in, request));
  };
  const auto count = [](const rest_context& in, const entity& of, runtime::http_request& request) {
    return count_answer(request, of.all(in, request));
  };
  const auto get = [](const rest_context& in, const entity& of, runtime::http_request& request) {
    const auto& id = request.parameters.at("id");
    const auto found = of.find(in, id);
    return found ? json_answer(*found) : entity_not_found(id);
  };
  return {route("GET", "", list), route("POST", "/list", list), route("GET", "/count", count),
          route("POST", "/count", count), route("GET", "/{id}", get)};
}

} // namespace fedloom::controller
