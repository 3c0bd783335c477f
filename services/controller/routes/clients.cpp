#include "services/controller/routes/json_of.hpp"
#include "services/controller/routes/listing.hpp"
#include "services/controller/routes/route_groups.hpp"

#include <algorithm>

namespace fedloom::controller {

namespace {

runtime::http_response list_clients(const rest_context& with, runtime::http_request& request) {
  auto clients = with.store->clients();
  std::ranges::stable_sort(clients, {}, &domain::client_record::joined_at);
  auto rows = rows_of(std::move(clients), [&](const domain::client_record& client) {
    return json_of(client, with.presence->has(client.client));
  });
  return list_answer(request, rows);
}

runtime::http_response get_client(const rest_context& with, runtime::http_request& request) {
  const auto& id = request.parameters.at("id");
  const auto clients = with.store->clients();
  const auto found = std::ranges::find(clients, domain::client_id{id}, &domain::client_record::client);
  if (found == clients.end()) {
    return entity_not_found(id);
  }
  return json_answer(json_of(*found, with.presence->has(found->client)));
}

} // namespace

route_list client_routes(const context_ptr& with) {
  return {on("GET", "/api/v1/clients", with, list_clients), on("GET", "/api/v1/clients/{id}", with, get_client)};
}

} // namespace fedloom::controller
