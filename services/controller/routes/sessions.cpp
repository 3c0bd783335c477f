#include "actors/security/random.hpp"
#include "services/controller/routes/json_of.hpp"
#include "services/controller/routes/listing.hpp"
#include "services/controller/routes/request_object.hpp"
#include "services/controller/routes/route_groups.hpp"
#include "services/controller/routes/session_config.hpp"

namespace fedloom::controller {

using domain::errc;
using domain::expected;
using domain::failure;
using domain::session_record;
using runtime::http_request;
using runtime::http_response;

namespace {

constexpr std::size_t name_bytes = 256;

expected<session_record> find_session(const rest_context& with, const std::string& id) {
  if (!domain::valid_uuid(id)) {
    return failure(errc::not_found, "no session " + id);
  }
  return with.store->session(domain::session_id{id});
}

/// Errors about the session that a path or a body names.
http_response refusal(const domain::error& reason, const std::string& id) {
  return reason.code == errc::not_found ? entity_not_found(id) : runtime::error_answer(reason);
}

http_response list_sessions(const rest_context& with, http_request& request) {
  return list_answer(request, rows_of(with.store->sessions(), [](const session_record& one) { return json_of(one); }));
}

http_response get_session(const rest_context& with, http_request& request) {
  const auto& id = request.parameters.at("id");
  const auto found = find_session(with, id);
  return found ? json_answer(json_of(*found)) : refusal(found.error(), id);
}

// -- create ------------------------------------------------------------------------

expected<domain::model_id> seed_from(const rest_context& with, const std::string& given) {
  if (given.empty()) {
    const auto models = with.store->models();
    if (models.empty()) {
      return failure(errc::malformed, "there is no model to begin with; upload one with POST /api/v1/models");
    }
    return models.back().model;
  }
  const auto seed = domain::model_id_from_hex(given);
  if (!seed || !with.models->has(*seed)) {
    return failure(errc::malformed, "seed_model_id: no model " + given + "; upload it with POST /api/v1/models");
  }
  return *seed;
}

expected<session_record> session_from(const rest_context& with, const std::string& body) {
  const auto object = read_object(body, {"name", "seed_model_id", "session_config"});
  if (!object) {
    return tl::unexpected(object.error());
  }
  session_record wanted;
  const auto name = text_of(*object, "name", name_bytes).map([&](std::string text) { wanted.name = std::move(text); });
  const auto seed = text_of(*object, "seed_model_id", name_bytes)
                        .and_then([&](const std::string& given) { return seed_from(with, given); })
                        .map([&](const domain::model_id& id) { wanted.seed = wanted.head = id; });
  const auto config = object->value("session_config", nlohmann::json::object());
  const auto options = session_options_from(config.is_null() ? nlohmann::json::object() : config);
  for (const auto* outcome : {&name, &seed}) {
    if (!*outcome) {
      return tl::unexpected(outcome->error());
    }
  }
  if (!options) {
    return tl::unexpected(options.error());
  }
  wanted.options = *options;
  wanted.session = domain::session_id{security::random_uuid()};
  return wanted;
}

http_response create_session(const rest_context& with, http_request& request) {
  const auto created = session_from(with, request.body).and_then([&](const session_record& wanted) {
    return with.desk->create(wanted);
  });
  return created ? json_answer(json_of(*created), 201) : runtime::error_answer(created.error());
}

// -- start, and what follows -----------------------------------------------------------

struct start_order {
  domain::session_id session;
  std::optional<std::uint32_t> rounds;
};

/// FEDn's clients repeat at the start what the session holds already: fine as long as it is the same.
expected<void> check_unchanged(const nlohmann::json& object, const session_record& session) {
  const auto given = [&](const char* key) { return object.value(key, nlohmann::json(nullptr)); };
  if (const auto limit = given("round_timeout"); !limit.is_null()) {
    const auto asked = round_timeout_from(limit);
    if (!asked || *asked != session.options.round_timeout) {
      return tl::unexpected(asked ? wrong_value("round_timeout", limit, "the session's; set it in session_config")
                                  : asked.error());
    }
  }
  if (const auto prefix = given("model_name_prefix");
      !prefix.is_null() && prefix != "" && prefix != session.options.model_name_prefix) {
    return tl::unexpected(wrong_value("model_name_prefix", prefix, "the session's; set it in session_config"));
  }
  if (const auto clients = given("client_ids"); !clients.is_null() && clients != "") {
    return tl::unexpected(wrong_value("client_ids", clients, "left out: sessions draw from all clients"));
  }
  return {};
}

expected<start_order> order_from(const nlohmann::json& object, const session_record& session) {
  start_order order{session.session, std::nullopt};
  if (auto same = check_unchanged(object, session); !same) {
    return tl::unexpected(same.error());
  }
  if (const auto rounds = object.find("rounds"); rounds != object.end() && !rounds->is_null()) {
    if (!rounds->is_number_unsigned() || !std::in_range<std::uint32_t>(rounds->get<std::uint64_t>()) || *rounds == 0) {
      return tl::unexpected(wrong_value("rounds", *rounds, "an integer of at least 1"));
    }
    order.rounds = rounds->get<std::uint32_t>();
  }
  return order;
}

http_response start_session(const rest_context& with, http_request& request) {
  const auto object =
      read_object(request.body, {"session_id", "rounds", "round_timeout", "model_name_prefix", "client_ids"});
  if (!object) {
    return runtime::error_answer(object.error());
  }
  const auto id = text_of(*object, "session_id", name_bytes);
  if (!id || id->empty()) {
    return id ? runtime::message_answer(400, "session_id is missing; name the session to start")
              : runtime::error_answer(id.error());
  }
  const auto started =
      find_session(with, *id)
          .and_then([&](const session_record& session) { return order_from(*object, session); })
          .and_then([&](const start_order& order) { return with.desk->start(order.session, order.rounds); });
  if (!started) {
    return refusal(started.error(), *id);
  }
  const bool waits = started->status == domain::session_status::queued;
  return json_answer({{"message", waits ? "Session queued" : "Session started"}, {"session_id", *id}});
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
  return {on("GET", "/api/v1/sessions", with, list_sessions),
          on("POST", "/api/v1/sessions", with, create_session),
          on("POST", "/api/v1/sessions/start", with, start_session),
          on("GET", "/api/v1/sessions/{id}", with, get_session),
          on("PATCH", "/api/v1/sessions/{id}", with, change_session),
          on("POST", "/api/v1/sessions/{id}/pause", with, order_session<session_order::pause>),
          on("POST", "/api/v1/sessions/{id}/resume", with, order_session<session_order::resume>),
          on("POST", "/api/v1/sessions/{id}/cancel", with, order_session<session_order::cancel>),
          session_events_route(with)};
}

} // namespace fedloom::controller
