#pragma once
#include "messages/domain/chrono.hpp"

#include <cstdint>
#include <deque>

namespace fedloom::kernel {

struct budget_limits {
  std::uint32_t restarts = 3;
  domain::milliseconds window{10000};
};

struct backoff_limits {
  domain::milliseconds first{10};
  domain::milliseconds most{2000};
};

/// Counts restarts in a sliding window. Pure.
class restart_budget {
public:
  restart_budget(budget_limits budget, backoff_limits backoff) : budget_(budget), backoff_(backoff) {}

  struct answer {
    bool granted = false;
    domain::milliseconds pause{0}; ///< before the restart; doubles with each death in the window
  };
  /// A child died at `now`.
  answer spend(domain::instant now);

private:
  budget_limits budget_;
  backoff_limits backoff_;
  std::deque<domain::instant> deaths_;
};

} // namespace fedloom::kernel
