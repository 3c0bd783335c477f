#include "services/controller/routes/entity_routes.hpp"
#include "services/controller/routes/json_of.hpp"
#include "services/controller/routes/request_object.hpp"

#include <map>
#include <sstream>

namespace fedloom::controller {

using domain::combiner_record;
using runtime::http_request;
using runtime::http_response;

namespace {

using head_count = std::map<domain::combiner_id, std::size_t>;

head_count count_online(const rest_context& with) {
  head_count count;
  for (const auto& client : with.store->clients()) {
    if (with.presence->has(client.client)) {
      ++count[client.combiner];
    }
  }
  return count;
}

std::size_t count_at(const head_count& count, const domain::combiner_id& combiner) {
  const auto found = count.find(combiner);
  return found == count.end() ? 0 : found->second;
}

json combiner_object(const rest_context& with, const combiner_record& combiner, const head_count& count) {
  return json_of(combiner, with.presence->has(combiner.combiner), count_at(count, combiner.combiner));
}

entity combiners() {
  return {"/api/v1/combiners",
          [](const rest_context& with, const http_request&) {
            return stored_rows<combiner_record>(*with.store,
                                                [&with, count = count_online(with)](const combiner_record& one) {
                                                  return combiner_object(with, one, count);
                                                });
          },
          [](const rest_context& with, const std::string& id) -> std::optional<json> {
            const auto found = with.store->find(domain::combiner_id{id});
            return found ? std::optional<json>(combiner_object(with, *found, count_online(with))) : std::nullopt;
          }};
}

/// A combiner that is there would come back at once.
http_response delete_combiner(const rest_context& with, http_request& request) {
  const auto& id = request.parameters.at("id");
  const domain::combiner_id combiner{id};
  if (!with.store->find(combiner)) {
    return entity_not_found(id);
  }
  if (with.presence->has(combiner)) {
    return runtime::message_answer(409, "the combiner " + id + " is online; stop it first");
  }
  storage::batch changes;
  changes.erased_combiners.push_back(combiner);
  const auto erased = with.store->write(changes);
  return erased ? runtime::message_answer(200, "Combiner deleted") : runtime::error_answer(erased.error());
}

/// "a,b" as FEDn writes it, or ["a", "b"].
domain::expected<std::vector<std::string>> named_combiners(const nlohmann::json& object) {
  const auto wrong = [](const nlohmann::json& value) {
    return tl::unexpected(wrong_value("combiners", value, "combiner ids, separated by commas"));
  };
  const auto value = object.value("combiners", nlohmann::json(nullptr));
  std::vector<std::string> names;
  if (value.is_string()) {
    std::istringstream text(value.get<std::string>());
    for (std::string name; std::getline(text, name, ',');) {
      names.push_back(name);
    }
    return names;
  }
  if (!value.is_array()) {
    return wrong(value);
  }
  for (const auto& one : value) {
    if (!one.is_string()) {
      return wrong(value);
    }
    names.push_back(one.get<std::string>());
  }
  return names;
}

http_response count_clients(const rest_context& with, http_request& request) {
  const auto names = read_object(request.body, {"combiners"}).and_then(named_combiners);
  if (!names) {
    return runtime::error_answer(names.error());
  }
  const auto count = count_online(with);
  auto result = json::array();
  for (const auto& name : *names) {
    result.push_back({{"id", name}, {"count", count_at(count, domain::combiner_id{name})}});
  }
  return json_answer({{"result", std::move(result)}});
}

} // namespace

route_list combiner_routes(const context_ptr& with) {
  return entity_routes(with, combiners()) +
         route_list{on("POST", "/api/v1/combiners/clients/count", with, count_clients),
                    on("DELETE", "/api/v1/combiners/{id}", with, delete_combiner)};
}

} // namespace fedloom::controller
