#pragma once
#include "actors/combiner/deps.hpp"
#include "actors/kernel/supervisor.hpp"

namespace fedloom::combiner {

/// The combiner's supervision tree, drawn in actors/README.md.
kernel::supervisor_spec tree(deps_ptr with);

} // namespace fedloom::combiner
