#include "actors/kernel/restart_budget.hpp"

#include <algorithm>

namespace fedloom::kernel {

restart_budget::answer restart_budget::spend(domain::instant now) {
  while (!deaths_.empty() && now - deaths_.front() >= budget_.window) {
    deaths_.pop_front();
  }
  if (deaths_.size() >= budget_.restarts) {
    return {};
  }
  auto pause = std::min(backoff_.first, backoff_.most);
  for (std::size_t earlier = 0; earlier < deaths_.size() && pause < backoff_.most; ++earlier) {
    pause = std::min(pause * 2, backoff_.most);
  }
  deaths_.push_back(now);
  return {true, pause};
}

} // namespace fedloom::kernel
