#pragma once
#include "actors/aggregation/server_optimizer.hpp"
#include "messages/domain/record.hpp"

namespace fedloom::controller {

/// Why these options cannot be; `none` when they can. Names the option, its value and the allowed range.
domain::error validate(const domain::session_options& options);

/// momentum takes beta1 as its beta.
aggregation::server_optimizer optimizer_of(const domain::session_options& options);

/// What the entry points are given: client_settings, with "mu" where proximal_mu is above 0. At most
/// domain::client_settings_bytes.
std::string settings_for_clients(const domain::session_options& options);

} // namespace fedloom::controller
