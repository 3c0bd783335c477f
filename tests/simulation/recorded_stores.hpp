#pragma once
#include "actors/storage/model_store.hpp"
#include "actors/storage/round_store.hpp"
#include "tests/simulation/surroundings.hpp"

namespace fedloom::simulation {

/// Stores with a history, and with the crashes of a disk: the process may die before a write, which is
/// lost then, and after it, when nobody has heard that it is there. What still waits for its turn to be written when
/// the process dies is lost as well (work_line). Never half of a batch or model: the real stores' own tests show that.
/// The round store and the models are the controller's.
std::unique_ptr<storage::round_store> recorded(surroundings& around, std::unique_ptr<storage::round_store> what);
std::unique_ptr<storage::model_store> recorded(surroundings& around, std::unique_ptr<storage::model_store> what);

} // namespace fedloom::simulation
