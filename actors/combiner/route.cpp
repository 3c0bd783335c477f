#include "actors/combiner/deps.hpp"
#include "actors/combiner/identity.hpp"

namespace fedloom::combiner {

namespace {

using names = std::vector<std::string_view>;

names route_from_controller(const domain::body& what) {
  return std::visit(domain::overloaded{
                        [](const domain::combiner_welcome&) { return names{uplink_name}; },
                        [](const domain::refused&) { return names{uplink_name}; },
                        [](const domain::heartbeat&) { return names{uplink_name}; },
                        [](const domain::expect_client&) { return names{roster_name}; },
                        [](const domain::round_plan&) { return names{collection_name}; },
                        [](const domain::close_collection&) { return names{collection_name}; },
                        [](const domain::round_closed&) { return names{collection_name}; },
                        [](const domain::grant&) { return names{collection_name}; },
                        [](const domain::credit&) { return names{collection_name}; },
                        [](const domain::chunk&) { return names{model_cache_name}; },
                        [](const domain::abort_transfer&) { return names{model_cache_name}; },
                        [](const auto&) { return names{}; },
                    },
                    what);
}

names route_from_client(const domain::body& what) {
  return std::visit(domain::overloaded{
                        [](const domain::client_hello&) { return names{roster_name}; },
                        [](const domain::heartbeat&) { return names{roster_name}; },
                        [](const domain::goodbye&) { return names{roster_name}; },
                        [](const domain::offer&) { return names{collection_name}; },
                        [](const domain::validation&) { return names{collection_name}; },
                        [](const domain::task_failed&) { return names{collection_name}; },
                        [](const domain::chunk&) { return names{collection_name}; },
                        [](const domain::get_model&) { return names{model_cache_name}; },
                        [](const domain::get_package&) { return names{model_cache_name}; },
                        [](const domain::grant&) { return names{model_cache_name}; },
                        [](const domain::credit&) { return names{model_cache_name}; },
                        [](const domain::abort_transfer&) { return names{model_cache_name}; },
                        [](const auto&) { return names{}; },
                    },
                    what);
}

} // namespace

std::vector<std::string_view> route(const transport::inbound& what) {
  if (what.identity == controller_identity) {
    return route_from_controller(what.what.what);
  }
  // A stranger may only introduce itself; the roster tells it so.
  return what.identity.empty() ? names{roster_name} : route_from_client(what.what.what);
}

} // namespace fedloom::combiner
