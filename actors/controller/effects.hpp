#pragma once
#include <iterator>
#include <utility>
#include <vector>

namespace fedloom::controller {

/// Lists of effects grow at their end: what comes later is performed later.
template <class Effect>
void append(std::vector<Effect>& to, std::vector<Effect> from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

} // namespace fedloom::controller
