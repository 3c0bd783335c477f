#pragma once
#include "messages/domain/expected.hpp"

namespace fedloom::client::launcher {

/// Gives up what the superuser has over others, for good; whoever is not superuser loses nothing. `unavailable` if the
/// kernel refuses.
domain::expected<void> drop_privileges();

} // namespace fedloom::client::launcher
