#include "services/controller/routes/json_of.hpp"

#include "services/controller/routes/endpoint_place.hpp"
#include "services/controller/routes/http_date.hpp"

namespace fedloom::controller {

namespace {

std::string_view status_word(bool is_there) {
  return is_there ? "online" : "offline";
}

} // namespace

json text_or_null(const std::string& text) {
  return text.empty() ? json(nullptr) : json(text);
}

json json_of(domain::timestamp when) {
  return when == domain::timestamp{} ? json(nullptr) : json(to_http_date(when));
}

json json_of(const std::vector<domain::metric>& metrics) {
  auto object = json::object();
  for (const auto& one : metrics) {
    object[one.name] = one.value;
  }
  return object;
}

json json_of(const domain::client_record& client, bool is_online) {
  return {{"client_id", client.client.value()},
          {"name", client.name},
          {"combiner", text_or_null(client.combiner.value())},
          {"combiner_preferred", text_or_null(client.preferred_combiner.value())},
          {"status", status_word(is_online)},
          {"package", "local"},
          {"max_examples", client.max_examples},
          {"committed_at", json_of(client.joined_at)},
          {"updated_at", json_of(client.joined_at)}};
}

json json_of(const domain::combiner_record& combiner, bool is_alive, std::size_t clients_online) {
  const auto at = place_of(combiner.endpoint);
  return {{"combiner_id", combiner.combiner.value()}, {"name", combiner.combiner.value()},
          {"address", text_or_null(at.host)},         {"port", at.port ? json(*at.port) : json(nullptr)},
          {"status", status_word(is_alive)},          {"clients", clients_online},
          {"max_clients", combiner.max_clients},      {"committed_at", json_of(combiner.joined_at)},
          {"updated_at", json_of(combiner.joined_at)}};
}

json json_of(const domain::model_record& model) {
  const auto id = to_hex(model.model);
  return {{"model_id", id},
          {"model", id},
          {"name", model.name},
          {"parent_model", model.parent ? json(to_hex(*model.parent)) : json(nullptr)},
          {"session_id", text_or_null(model.session.value())},
          {"round", model.round},
          {"stream_bytes", model.stream_bytes},
          {"committed_at", json_of(model.committed_at)},
          {"updated_at", json_of(model.committed_at)}};
}

} // namespace fedloom::controller
