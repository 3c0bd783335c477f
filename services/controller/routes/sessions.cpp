#include "services/controller/routes/entity_routes.hpp"
#include "services/controller/routes/json_of.hpp"
#include "services/controller/routes/request_object.hpp"
#include "services/controller/routes/session_writes.hpp"

namespace fedloom::controller {

using domain::errc;
using domain::expected;
using domain::session_record;
using runtime::http_request;
using runtime::http_response;

namespace {

/// Errors about the session that a path or a body names.
http_response refusal(const domain::error& reason, const std::string& id) {
  return reason.code == errc::not_found ? entity_not_found(id) : runtime::error_answer(reason);
}

json object_of(const rest_context&, const session_record& session) {
  return json_of(session);
}

http_response create_session(const rest_context& with, http_request& request) {
  const auto created = read_object(request.body, {"name", "seed_model_id", "session_config"})
                           .and_then([&](const nlohmann::json& object) { return create_from(with, object); });
  return created ? json_answer(json_of(*created), 201) : runtime::error_answer(created.error());
}

http_response start_session(const rest_context& with, http_request& request) {
  const auto object =
      read_object(request.body, {"session_id", "rounds", "round_timeout", "model_name_prefix", "client_ids"});
  if (!object) {
    return runtime::error_answer(object.error());
  }
  const auto started = start_from(with, *object);
  if (!started) {
    return refusal(started.error(), object->value("session_id", nlohmann::json(nullptr)).is_string()
                                        ? object->at("session_id").get<std::string>()
                                        : "");
  }
  const bool waits = started->status == domain::session_status::queued;
  return json_answer(
      {{"message", waits ? "Session queued" : "Session started"}, {"session_id", started->session.value()}});
}

http_response change_session(const rest_context& with, http_request& request) {
  const auto& id = request.parameters.at("id");
  const auto stopped =
      find_session(with, id)
          .and_then([&](const session_record&) { return read_object(request.body, {"status"}); })
          .and_then([&](const nlohmann::json& object) -> expected<session_record> {
            const auto status = object.value("status", nlohmann::json(nullptr));
            if (status != to_string(domain::session_status::stopped)) {
              return tl::unexpected(wrong_value("status", status, "\"Terminated\", which stops the session"));
            }
            return with.desk->change(domain::session_id{id}, session_order::stop);
          });
  return stopped ? json_answer(json_of(*stopped)) : refusal(stopped.error(), id);
}

template <session_order What>
http_response order_session(const rest_context& with, http_request& request) {
  const auto& id = request.parameters.at("id");
  const auto changed =
      find_session(with, id).and_then([&](const session_record& one) { return with.desk->change(one.session, What); });
  return changed ? json_answer(json_of(*changed)) : refusal(changed.error(), id);
}

} // namespace

route_list session_routes(const context_ptr& with) {
  return entity_routes(with, stored_entity<session_record, domain::session_id>("/api/v1/sessions", object_of)) +
         route_list{on("POST", "/api/v1/sessions", with, create_session),
                    on("POST", "/api/v1/sessions/start", with, start_session),
                    on("PATCH", "/api/v1/sessions/{id}", with, change_session),
                    on("PUT", "/api/v1/sessions/{id}", with, change_session),
                    on("POST", "/api/v1/sessions/{id}/pause", with, order_session<session_order::pause>),
                    on("POST", "/api/v1/sessions/{id}/resume", with, order_session<session_order::resume>),
                    on("POST", "/api/v1/sessions/{id}/cancel", with, order_session<session_order::cancel>),
                    session_events_route(with)};
}

} // namespace fedloom::controller
