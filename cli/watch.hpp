#pragma once
#include "cli/context.hpp"
#include "cli/outcome.hpp"

namespace fedloom::cli {

/// Shows a session's rounds as they happen, from its first to its end: a line for each, and on a terminal one below
/// that says what is awaited. A controller that is away for a while is asked again. Fails if the session does not end
/// as Finished.
outcome watch(const context& in, const std::string& session);

} // namespace fedloom::cli
