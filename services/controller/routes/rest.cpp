#include "services/controller/routes/rest.hpp"

#include "services/controller/routes/route_groups.hpp"

#include <iterator>

namespace fedloom::controller {

std::vector<runtime::route> rest_routes(const rest_context& with) {
  const auto context = std::make_shared<const rest_context>(with);
  route_list all;
  for (const auto group :
       {client_routes, combiner_routes, model_routes, session_routes, round_routes, service_state_routes}) {
    auto routes = group(context);
    all.insert(all.end(), std::make_move_iterator(routes.begin()), std::make_move_iterator(routes.end()));
  }
  return all;
}

} // namespace fedloom::controller
