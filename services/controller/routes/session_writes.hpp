#pragma once
#include "services/controller/routes/rest.hpp"

#include <nlohmann/json.hpp>

/// What bodies of requests do to sessions.
namespace fedloom::controller {

/// {name, seed_model_id, session_config}, all of them optional. The package is the active one.
domain::expected<domain::session_record> create_from(const rest_context& with, const nlohmann::json& object);
/// {session_id, rounds, round_timeout, model_name_prefix, client_ids}: what it says otherwise than the session holds
/// changes the session. `not_found` names the session.
domain::expected<domain::session_record> start_from(const rest_context& with, const nlohmann::json& object);

domain::expected<domain::session_record> find_session(const rest_context& with, const std::string& id);

} // namespace fedloom::controller
