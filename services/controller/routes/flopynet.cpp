// FLOPY-NET's training server: thin views on the sessions and clients of the mesh.
#include "services/controller/routes/agents.hpp"
#include "services/controller/routes/endpoint_place.hpp"
#include "services/controller/routes/json_of.hpp"
#include "services/controller/routes/request_object.hpp"
#include "services/controller/routes/round_json.hpp"
#include "services/controller/routes/route_groups.hpp"
#include "services/controller/routes/session_writes.hpp"
#include "services/controller/routes/training_state.hpp"
#include "services/runtime/version.hpp"

namespace fedloom::controller {

using domain::errc;
using domain::session_record;
using domain::session_status;
using runtime::http_request;
using runtime::http_response;

namespace {

constexpr std::size_t history_rounds = 1000; ///< the newest
constexpr std::size_t text_bytes = 256;

http_response index(const rest_context& with, http_request&) {
  return json_answer({{"name", "fedloom controller"},
                      {"version", runtime::version()},
                      {"server_status", server_status(with, current_session(*with.store))},
                      {"api", "/api/v1/openapi.yaml"}});
}

bool is_over(session_status status) {
  return status == session_status::finished || status == session_status::failed || status == session_status::stopped ||
         status == session_status::cancelled;
}

/// The round that is at work, or the last one.
std::uint32_t current_round(const session_record& session) {
  const bool is_at_work =
      session.status == session_status::running && session.rounds_committed < session.options.rounds;
  return session.rounds_committed + (is_at_work ? 1 : 0);
}

http_response status(const rest_context& with, http_request&) {
  const auto session = current_session(*with.store);
  const auto of = session.value_or(session_record{});
  const auto reason = text_or_null(of.reason.text);
  const bool is_paused = of.status == session_status::paused;
  return json_answer(
      {{"server_status", server_status(with, session)},
       {"training_active", of.status == session_status::running},
       {"training_paused", is_paused},
       {"pause_reason", is_paused ? reason : json(nullptr)},
       {"training_stopped_by_policy", is_over(of.status) && of.reason.code == errc::denied},
       {"stop_reason", is_over(of.status) ? reason : json(nullptr)},
       {"current_round", current_round(of)},
       {"max_rounds", of.options.rounds},
       {"restart_allowed", session && (of.status == session_status::finished || of.status == session_status::created)},
       {"connected_clients", with.presence->clients()},
       {"session_id", text_or_null(of.session.value())},
       {"timestamp", json_of(calendar_now())}});
}

json history_of(const std::vector<domain::round_record>& rounds) {
  auto history = json::array();
  for (auto i = rounds.size() - std::min(rounds.size(), history_rounds); i < rounds.size(); ++i) {
    history.push_back(summary_of(rounds[i]));
  }
  return history;
}

json megabytes_of(const rest_context& with, const domain::model_id& model) {
  const auto found = with.store->find(model);
  return found ? json(static_cast<double>(found->stream_bytes) / 1e6) : json(nullptr);
}

http_response metrics(const rest_context& with, http_request&) {
  const auto session = current_session(*with.store);
  const auto of = session.value_or(session_record{});
  auto history = history_of(session ? committed_rounds(*with.store, of.session) : std::vector<domain::round_record>{});
  return json_answer({{"session_id", text_or_null(of.session.value())},
                      {"start_time", json_of(of.created_at)},
                      {"current_round", current_round(of)},
                      {"max_rounds", of.options.rounds},
                      {"connected_clients", with.presence->clients()},
                      {"model_size_mb", session ? megabytes_of(with, of.head) : json(nullptr)},
                      {"training_complete", of.status == session_status::finished},
                      {"last_round_metrics", history.empty() ? json(nullptr) : history.back()},
                      {"rounds_history", std::move(history)}});
}

http_response clients(const rest_context& with, http_request&) {
  auto all = json::array();
  std::size_t connected = 0;
  with.store->visit<domain::client_record>({}, [&](domain::client_record&& one) {
    const bool is_online = with.presence->has(one.client);
    connected += is_online ? 1 : 0;
    all.push_back(json_of(one, is_online));
    return true;
  });
  return json_answer({{"total", all.size()}, {"connected_clients", connected}, {"clients", std::move(all)}});
}

http_response client(const rest_context& with, http_request& request) {
  const auto& id = request.parameters.at("id");
  const auto found = with.store->find(domain::client_id{id});
  return found ? json_answer(json_of(*found, with.presence->has(found->client))) : entity_not_found(id);
}

/// The session that the body names; without one, a new session with what it says.
http_response start(const rest_context& with, http_request& request) {
  const auto object = read_object(request.body.empty() ? "{}" : request.body,
                                  {"session_id", "name", "seed_model_id", "session_config", "rounds", "client_ids"});
  if (!object) {
    return runtime::error_answer(object.error());
  }
  auto order = *object;
  if (order.value("session_id", nlohmann::json(nullptr)).is_null()) {
    const auto created = create_from(with, order);
    if (!created) {
      return runtime::error_answer(created.error());
    }
    order["session_id"] = created->session.value();
  }
  const auto started = start_from(with, order);
  if (!started) {
    return runtime::error_answer(started.error());
  }
  const bool waits = started->status == session_status::queued;
  return json_answer({{"success", true},
                      {"message", waits ? "Training queued" : "Training started"},
                      {"session_id", started->session.value()}});
}

/// Clients do not join over HTTP: the answer says where they do.
http_response join(const rest_context& with, http_request& request) {
  const auto object = read_object(request.body.empty() ? "{}" : request.body, {"client_id", "name"});
  const auto id = object.and_then([](const auto& body) { return text_of(body, "client_id", text_bytes); });
  if (!id) {
    return runtime::error_answer(id.error());
  }
  if (!id->empty() && !domain::valid_name(*id)) {
    return runtime::error_answer(wrong_value("client_id", *id, "1 to 64 of A-Z a-z 0-9 _ . -"));
  }
  const auto mesh = place_of(with.mesh_endpoint);
  const auto host = is_any_host(mesh.host) ? place_of(request.header("Host")).host : mesh.host;
  const auto known = with.store->find(domain::client_id{*id});
  return json_answer({{"success", true},
                      {"registered", known.has_value()},
                      {"message", "start a fedloom client with this address of the controller; it registers itself"},
                      {"client_id", text_or_null(*id)},
                      {"controller", "tcp://" + host + (mesh.port ? ':' + std::to_string(*mesh.port) : "")}});
}

} // namespace

route_list flopynet_routes(const context_ptr& with) {
  return {on("GET", "/", with, index),
          on("GET", "/status", with, status),
          on("GET", "/metrics", with, metrics),
          on("GET", "/clients", with, clients),
          on("GET", "/clients/{id}", with, client),
          on("POST", "/start", with, start),
          on("POST", "/register", with, join)};
}

} // namespace fedloom::controller
