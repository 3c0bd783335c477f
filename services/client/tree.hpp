#pragma once
#include "actors/client/deps.hpp"
#include "actors/kernel/supervisor.hpp"

#include <vector>

namespace fedloom::client {

/// The supervision tree of a process with these clients, drawn in actors/README.md: each has a supervisor of its own,
/// so that one that fails for good does not take the others with it before its budget is spent.
kernel::supervisor_spec tree(const std::vector<deps_ptr>& clients);

} // namespace fedloom::client
