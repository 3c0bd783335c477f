#include "services/controller/routes/agents.hpp"
#include "services/controller/routes/entity_routes.hpp"
#include "services/controller/routes/json_of.hpp"
#include "services/controller/routes/request_object.hpp"
#include "services/controller/routes/row_id.hpp"

#include <cmath>

namespace fedloom::controller {

using domain::expected;
using domain::measurement_record;
using runtime::http_request;
using runtime::http_response;

namespace {

/// What is measured in a round is a metric.
bool is_of_machine(const measurement_record& one) {
  return one.round.session.value().empty();
}

json shown(const measurement_record& one, senders& sender) {
  const auto at = json_of(one.at);
  return {{"telemetry_id", std::to_string(one.number)},
          {"key", one.key},
          {"value", one.value},
          {"timestamp", at},
          {"sender", sender(one.client)},
          {"committed_at", at},
          {"updated_at", at}};
}

rows all_telemetry(const rest_context& with, const http_request&) {
  std::vector<measurement_record> found;
  with.store->visit<measurement_record>({}, [&](measurement_record&& one) {
    if (is_of_machine(one)) {
      found.push_back(std::move(one));
    }
    return true;
  });
  const auto sender = std::make_shared<senders>(*with.store);
  return rows_of(std::move(found), [sender](const measurement_record& one) { return shown(one, *sender); });
}

std::optional<json> find_telemetry(const rest_context& with, const std::string& id) {
  const auto number = running_number(id);
  const auto found = number ? with.store->measurement(*number) : domain::failure(domain::errc::not_found, "");
  senders sender(*with.store);
  return found && is_of_machine(*found) ? std::optional(shown(*found, sender)) : std::nullopt;
}

expected<measurement_record> measurement_from(const rest_context& with, const std::string& body) {
  const auto object = read_object(body, {"key", "value", "sender", "client_id"});
  if (!object) {
    return tl::unexpected(object.error());
  }
  const auto key = key_from(*object);
  if (!key) {
    return tl::unexpected(key.error());
  }
  const auto value = object->value("value", nlohmann::json(nullptr));
  if (!value.is_number() || !std::isfinite(value.get<double>())) {
    return tl::unexpected(wrong_value("value", value, "a number"));
  }
  return sender_from(with, *object).map([&](const domain::client_id& client) {
    measurement_record wanted;
    wanted.client = client;
    wanted.key = *key;
    wanted.value = value.get<double>();
    wanted.at = calendar_now();
    return wanted;
  });
}

/// The store lets go of what the same client measured under the same key more than five minutes before.
expected<measurement_record> keep(const rest_context& with, measurement_record wanted) {
  storage::batch changes;
  changes.measurements.push_back(wanted);
  return with.store->write(changes).map([&] {
    with.store->visit<measurement_record>({.newest_first = true}, [&](measurement_record&& one) {
      const bool is_this = one.client == wanted.client && one.key == wanted.key && is_of_machine(one);
      wanted = is_this ? std::move(one) : wanted; // with its number
      return !is_this;
    });
    return wanted;
  });
}

http_response add_telemetry(const rest_context& with, http_request& request) {
  const auto stored = measurement_from(with, request.body).and_then([&](const measurement_record& wanted) {
    return keep(with, wanted);
  });
  senders sender(*with.store);
  return stored ? json_answer(shown(*stored, sender), 201) : runtime::error_answer(stored.error());
}

} // namespace

route_list telemetry_routes(const context_ptr& with) {
  return entity_routes(with, {"/api/v1/telemetry", all_telemetry, find_telemetry}) +
         route_list{on("POST", "/api/v1/telemetry", with, add_telemetry)};
}

} // namespace fedloom::controller
