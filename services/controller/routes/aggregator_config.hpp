#pragma once
#include "messages/domain/expected.hpp"
#include "messages/domain/record.hpp"
#include "services/controller/routes/answers.hpp"

#include <nlohmann/json.hpp>

/// How session_config says which optimizer the server steps with: FEDn's `aggregator` and `aggregator_kwargs`, and our
/// short `server_learning_rate` and `proximal_mu` for two of its settings.
namespace fedloom::controller {

/// Sets optimizer, server_learning_rate and proximal_mu. `malformed` also where two names of one setting differ.
domain::expected<void> set_aggregator(const nlohmann::json& config, domain::session_options& into);

/// The name that set_aggregator reads to the same again, together with the settings.
json aggregator_of(const domain::session_options& options);
json aggregator_kwargs_of(const domain::session_options& options);

} // namespace fedloom::controller
