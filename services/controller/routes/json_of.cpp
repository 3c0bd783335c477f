#include "services/controller/routes/json_of.hpp"

#include "services/controller/routes/http_date.hpp"

#include <charconv>

namespace fedloom::controller {

namespace {

/// Of "tcp://10.0.0.5:12080": where people look for a combiner.
struct place {
  std::string host;
  json port = nullptr;
};

place place_of(const std::string& endpoint) {
  const auto scheme = endpoint.find("://");
  auto rest = std::string_view{endpoint}.substr(scheme == std::string::npos ? 0 : scheme + 3);
  place found;
  const auto colon = rest.rfind(':');
  std::uint16_t port = 0;
  if (colon != std::string_view::npos &&
      std::from_chars(rest.data() + colon + 1, rest.data() + rest.size(), port).ptr == rest.data() + rest.size()) {
    found.port = port;
    rest = rest.substr(0, colon);
  }
  if (rest.starts_with('[') && rest.ends_with(']')) { // an IPv6 address
    rest = rest.substr(1, rest.size() - 2);
  }
  found.host = rest;
  return found;
}

std::string_view status_word(bool is_there) {
  return is_there ? "online" : "offline";
}

double seconds_of(domain::milliseconds duration) {
  return std::chrono::duration<double>(duration).count();
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
          {"address", text_or_null(at.host)},         {"port", at.port},
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

json json_of(const domain::session_record& session) {
  return {{"session_id", session.session.value()},        {"name", session.name},
          {"status", to_string(session.status)},          {"reason", text_or_null(session.reason.text)},
          {"seed_model_id", to_hex(session.seed)},        {"model_id", to_hex(session.head)},
          {"rounds_committed", session.rounds_committed}, {"session_config", json_of(session.options)},
          {"committed_at", json_of(session.created_at)},  {"updated_at", json_of(session.updated_at)}};
}

json json_of(const domain::session_options& options) {
  return {{"rounds", options.rounds},
          {"requested_clients", options.requested_clients},
          {"round_buffer_size", options.round_buffer_size},
          {"min_clients", options.min_clients},
          {"round_timeout", seconds_of(options.round_timeout)},
          {"round_attempts", options.round_attempts},
          {"validate", options.validate},
          {"weighting", options.weights == domain::weighting::uniform ? "uniform" : "examples"},
          {"server_learning_rate", options.server_learning_rate},
          {"model_name_prefix", options.model_name_prefix},
          {"over_selection", options.over_selection},
          {"late_updates", to_string(options.late_updates)},
          {"max_staleness", options.max_staleness},
          {"staleness_exponent", options.staleness_exponent}};
}

} // namespace fedloom::controller
