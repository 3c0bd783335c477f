#include "services/controller/routes/agents.hpp"
#include "services/controller/routes/entity_routes.hpp"
#include "services/controller/routes/json_of.hpp"
#include "services/controller/routes/request_object.hpp"
#include "services/controller/routes/row_id.hpp"
#include "services/controller/routes/selection_config.hpp"

namespace fedloom::controller {

using domain::attribute_record;
using domain::expected;
using runtime::http_request;
using runtime::http_response;

namespace {

constexpr std::size_t value_bytes = 4096;
constexpr std::size_t most_keys = 1000; ///< of one client

json shown(const attribute_record& one, senders& sender) {
  const auto at = json_of(one.at);
  return {{"attribute_id", std::to_string(one.number)},
          {"key", one.key},
          {"value", one.value},
          {"timestamp", at},
          {"sender", sender(one.client)},
          {"committed_at", at},
          {"updated_at", at}};
}

rows all_attributes(const rest_context& with, const http_request&) {
  const auto sender = std::make_shared<senders>(*with.store);
  return stored_rows<attribute_record>(*with.store,
                                       [sender](const attribute_record& one) { return shown(one, *sender); });
}

std::optional<json> find_attribute(const rest_context& with, const std::string& id) {
  const auto number = running_number(id);
  const auto found = number ? with.store->attribute(*number) : domain::failure(domain::errc::not_found, "");
  senders sender(*with.store);
  return found ? std::optional(shown(*found, sender)) : std::nullopt;
}

expected<attribute_record> attribute_from(const rest_context& with, const std::string& body) {
  const auto object = read_object(body, {"key", "value", "sender", "client_id"});
  if (!object) {
    return tl::unexpected(object.error());
  }
  const auto key = key_from(*object);
  const auto value = text_of(*object, "value", value_bytes);
  for (const auto* text : {&key, &value}) {
    if (!*text) {
      return tl::unexpected(text->error());
    }
  }
  return sender_from(with, *object).map([&](const domain::client_id& client) {
    return attribute_record{0, client, *key, *value, calendar_now()};
  });
}

expected<attribute_record> keep(const rest_context& with, const attribute_record& wanted) {
  const auto current = with.store->attributes_of(wanted.client);
  if (current.size() >= most_keys && std::ranges::find(current, wanted.key, &attribute_record::key) == current.end()) {
    return domain::failure(domain::errc::busy,
                           "the client has " + std::to_string(most_keys) + " attributes; give one of them a new value");
  }
  storage::batch changes;
  changes.attributes.push_back(wanted);
  return with.store->write(changes).map([&] {
    const auto now = with.store->attributes_of(wanted.client); // with its number
    const auto stored = std::ranges::find(now, wanted.key, &attribute_record::key);
    return stored == now.end() ? wanted : *stored;
  });
}

http_response add_attribute(const rest_context& with, http_request& request) {
  const auto stored =
      attribute_from(with, request.body).and_then([&](const attribute_record& wanted) { return keep(with, wanted); });
  senders sender(*with.store);
  return stored ? json_answer(shown(*stored, sender), 201) : runtime::error_answer(stored.error());
}

/// {"client_ids": [...]} -> {client: {key: value}}
http_response current_attributes(const rest_context& with, http_request& request) {
  const auto clients = read_object(request.body, {"client_ids"}).and_then([](const nlohmann::json& object) {
    return clients_from("client_ids", object.value("client_ids", nlohmann::json(nullptr)));
  });
  if (!clients) {
    return runtime::error_answer(clients.error());
  }
  auto answer = json::object();
  for (const auto& client : *clients) {
    auto& of_client = answer[client.value()] = json::object();
    for (const auto& one : with.store->attributes_of(client)) {
      of_client[one.key] = one.value;
    }
  }
  return json_answer(answer);
}

} // namespace

route_list attribute_routes(const context_ptr& with) {
  return entity_routes(with, {"/api/v1/attributes", all_attributes, find_attribute}) +
         route_list{on("POST", "/api/v1/attributes", with, add_attribute),
                    on("POST", "/api/v1/attributes/current", with, current_attributes)};
}

} // namespace fedloom::controller
