#include "services/controller/routes/endpoint_place.hpp"
#include "services/controller/routes/entity_routes.hpp"
#include "services/controller/routes/json_of.hpp"
#include "services/controller/routes/request_object.hpp"

namespace fedloom::controller {

using domain::client_record;
using domain::expected;
using runtime::http_request;
using runtime::http_response;

namespace {

constexpr std::size_t text_bytes = 256;
/// FEDn's word for this controller; it has no other networks to tell it from.
constexpr std::string_view network = "fedloom";

json client_object(const rest_context& with, const client_record& client) {
  return json_of(client, with.presence->has(client.client));
}

/// A client that is there would come back at once.
http_response delete_client(const rest_context& with, http_request& request) {
  const auto& id = request.parameters.at("id");
  const domain::client_id client{id};
  if (!with.store->find(client)) {
    return entity_not_found(id);
  }
  if (with.presence->has(client)) {
    return runtime::message_answer(409, "the client " + id + " is online; stop it first");
  }
  storage::batch changes;
  changes.erased_clients.push_back(client);
  const auto erased = with.store->write(changes);
  return erased ? runtime::message_answer(200, "Client deleted") : runtime::error_answer(erased.error());
}

/// Where the one who asks reaches the other end of an address of ours that stands for all: where it reached the API.
std::string host_for(const http_request& request, const std::string& host) {
  return is_any_host(host) ? place_of(request.header("Host")).host : host;
}

/// What a client says when it asks where to go.
struct admission {
  std::string client;
  std::string name;
  std::string package = "remote";
  std::string combiner;
};

expected<admission> read_admission(const http_request& request) {
  const auto object = read_object(
      request.body, {"client_id", "name", "package", "combiner_preferred", "preferred_combiner", "combiner"});
  if (!object) {
    return tl::unexpected(object.error());
  }
  admission asked;
  std::string other_name;
  for (const auto& [key, into] :
       {std::pair{"client_id", &asked.client}, std::pair{"name", &asked.name}, std::pair{"package", &asked.package},
        std::pair{"combiner_preferred", &asked.combiner}, std::pair{"preferred_combiner", &other_name}}) {
    auto text = text_of(*object, key, text_bytes);
    if (!text) {
      return tl::unexpected(text.error());
    }
    if (!text->empty()) {
      *into = std::move(*text);
    }
  }
  asked.combiner = asked.combiner.empty() ? other_name : asked.combiner; // FEDn's client and server differ here
  if (!domain::valid_name(asked.client)) {
    return tl::unexpected(wrong_value("client_id", asked.client, "1 to 64 of A-Z a-z 0-9 _ . -"));
  }
  if (asked.package != "remote" && asked.package != "local") {
    return tl::unexpected(wrong_value("package", asked.package, "\"remote\" or \"local\""));
  }
  return asked;
}

/// Tells a client that knows the API alone where the mesh is; it joins there.
http_response add_client(const rest_context& with, http_request& request) {
  const auto asked = read_admission(request);
  if (!asked) {
    return runtime::error_answer(asked.error());
  }
  if (!asked->combiner.empty() && !with.store->find(domain::combiner_id{asked->combiner})) {
    return runtime::message_answer(400, "there is no combiner \"" + asked->combiner + "\"");
  }
  const auto active = with.store->active();
  if (asked->package == "remote" && active.package.value().empty()) {
    return json_answer({{"success", false},
                        {"status", "retry"},
                        {"message", "there is no active compute package; upload one, or start with a local package"}},
                       203);
  }
  const auto mesh = place_of(with.mesh_endpoint);
  const auto host = host_for(request, mesh.host);
  return json_answer({{"status", "assigned"},
                      {"host", host},
                      {"fqdn", nullptr},
                      {"package", asked->package},
                      {"ip", host},
                      {"port", mesh.port ? json(*mesh.port) : json(nullptr)},
                      {"helper_type", text_or_null(active.helper)},
                      {"client_id", asked->client},
                      {"combiner_preferred", text_or_null(asked->combiner)}});
}

/// What FEDn's clients start from.
http_response client_config(const rest_context& with, http_request& request) {
  const auto here = place_of(request.header("Host"));
  json answer{{"network_id", network},
              {"discover_host", here.host},
              {"discover_port", here.port ? json(*here.port) : json(80)}};
  const auto wants_checksum = request.query_or("checksum", "true");
  const auto package = with.store->find(with.store->active().package);
  if (wants_checksum != "false" && wants_checksum != "False" && package) {
    answer["checksum"] = to_hex(package->content.content);
  }
  return json_answer(answer);
}

http_response client_attributes(const rest_context& with, http_request& request) {
  const auto& id = request.parameters.at("id");
  const auto attributes = with.store->attributes_of(domain::client_id{id});
  if (attributes.empty() && !with.store->find(domain::client_id{id})) {
    return entity_not_found(id);
  }
  auto answer = json::object();
  for (const auto& one : attributes) {
    answer[one.key] = one.value;
  }
  return json_answer(answer);
}

} // namespace

route_list client_routes(const context_ptr& with) {
  return entity_routes(with, stored_entity<client_record, domain::client_id>("/api/v1/clients", client_object)) +
         route_list{on("POST", "/api/v1/clients/add", with, add_client),
                    on("GET", "/api/v1/clients/config", with, client_config),
                    on("DELETE", "/api/v1/clients/{id}", with, delete_client),
                    on("GET", "/api/v1/clients/{id}/attributes", with, client_attributes)};
}

} // namespace fedloom::controller
