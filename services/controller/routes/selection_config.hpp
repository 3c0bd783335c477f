#pragma once
#include "messages/domain/expected.hpp"
#include "messages/domain/record.hpp"
#include "services/controller/routes/answers.hpp"

#include <nlohmann/json.hpp>

/// The parts of session_config that are objects of their own: whom a round asks, and when a session ends early.
namespace fedloom::controller {

/// "a,b" or ["a", "b"]; null and "" are all, an empty list.
domain::expected<std::vector<domain::client_id>> clients_from(std::string_view key, const nlohmann::json& value);

domain::expected<void> set_selection(const nlohmann::json& value, domain::selection_options& into);
domain::expected<void> set_early_stop(const nlohmann::json& value, domain::early_stop& into);

json json_of(const domain::selection_options& selection);
json json_of(const domain::early_stop& rule);

} // namespace fedloom::controller
