#include "services/controller/routes/rest.hpp"

#include "services/controller/routes/idempotency.hpp"
#include "services/controller/routes/route_groups.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace fedloom::controller {

namespace {

/// Questions that are too long for a query change nothing.
bool is_question(const runtime::route& which) {
  return std::ranges::any_of(std::array{"/list", "/count", "/current"},
                             [&](const char* end) { return which.path.ends_with(end); });
}

void take_keys(route_list& routes, const std::shared_ptr<idempotency>& answers) {
  for (auto& which : routes) {
    auto* handler = std::get_if<runtime::http_handler>(&which.handler);
    const bool changes = which.method == "POST" || which.method == "PUT" || which.method == "PATCH";
    if (handler != nullptr && changes && !is_question(which)) {
      *handler = [answers, inner = std::move(*handler)](runtime::http_request& request) {
        return answers->answer(request, inner);
      };
    }
  }
}

} // namespace

std::vector<runtime::route> rest_routes(const rest_context& with) {
  const auto context = std::make_shared<const rest_context>(with);
  route_list all;
  for (const auto group : {client_routes, combiner_routes, model_routes, package_routes, session_routes, round_routes,
                           service_state_routes, run_routes, validation_routes, metric_routes, status_routes,
                           attribute_routes, telemetry_routes, flopynet_routes, model_version_routes}) {
    auto routes = group(context);
    all.insert(all.end(), std::make_move_iterator(routes.begin()), std::make_move_iterator(routes.end()));
  }
  if (with.store != nullptr) { // else nobody serves these routes, but looks at them
    take_keys(all, std::make_shared<idempotency>(*with.store));
  }
  return all;
}

std::vector<runtime::route> all_routes(const rest_context& with) {
  auto all = rest_routes(with);
  std::ranges::move(retired_routes(), std::back_inserter(all));
  return all;
}

} // namespace fedloom::controller
