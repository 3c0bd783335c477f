#pragma once
#include "actors/aggregation/convergence.hpp"
#include "services/controller/routes/answers.hpp"
#include "services/controller/routes/rest.hpp"

#include <optional>
#include <vector>

/// The controller as one training server, the way FLOPY-NET sees it.
namespace fedloom::controller {

/// The session that runs; else the one that changed last.
std::optional<domain::session_record> current_session(const storage::round_store& store);

/// "starting", "training", "paused" or "idle".
std::string_view server_status(const rest_context& with, const std::optional<domain::session_record>& session);

/// A session's committed rounds, in their order.
std::vector<domain::round_record> committed_rounds(const storage::round_store& store, const domain::session_id& of);
std::vector<aggregation::judged_round> judgements_of(const std::vector<domain::round_record>& rounds);

/// {"accuracy", "loss"}; null where nobody measured it.
json json_of(const aggregation::judged_round& judged);

} // namespace fedloom::controller
