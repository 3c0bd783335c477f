#pragma once
#include "actors/client/runtime/launcher/options.hpp"

namespace fedloom::client::launcher {

/// Sets the resource limits of this process, and that it leaves no core file. Never above what it already is limited
/// to. `unavailable` names the limit that cannot be set.
domain::expected<void> set_limits(const options& wanted);

} // namespace fedloom::client::launcher
