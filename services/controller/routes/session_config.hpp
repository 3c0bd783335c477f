#pragma once
#include "messages/domain/expected.hpp"
#include "messages/domain/record.hpp"

#include <nlohmann/json.hpp>

namespace fedloom::controller {

/// What a request's `session_config` asks for; what it leaves out, or sets to null, stays as in a default
/// session_options. FEDn's keys buffer_size and clients_required are other names of round_buffer_size and min_clients,
/// helper and delete_models are its clients' names of helper_type and delete_models_storage. `malformed` names the key,
/// the value and what would do.
domain::expected<domain::session_options> session_options_from(const nlohmann::json& config);

/// Seconds, as session_config and /sessions/start have them.
domain::expected<domain::milliseconds> round_timeout_from(const nlohmann::json& value);

} // namespace fedloom::controller
