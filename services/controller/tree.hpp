#pragma once
#include "actors/controller/deps.hpp"
#include "actors/kernel/supervisor.hpp"

namespace fedloom::controller {

/// The controller's supervision tree, drawn in actors/README.md.
kernel::supervisor_spec tree(deps_ptr with);

} // namespace fedloom::controller
