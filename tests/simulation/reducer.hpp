#pragma once
#include "actors/controller/reducer.hpp"

namespace fedloom::simulation {

/// What controller::reduction_worker runs on its thread.
using controller::reducer;

} // namespace fedloom::simulation
