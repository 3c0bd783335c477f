#pragma once
#include "messages/domain/record.hpp"

#include <memory>

namespace prometheus {
class Registry;
}

namespace fedloom::controller {

/// What the controller counts, as verbs. Names and labels stand in probe.cpp. Any thread.
class probe {
public:
  virtual ~probe() = default;
  virtual void combiners_are(std::size_t alive) = 0;
  virtual void clients_are(std::size_t online) = 0;
  virtual void turned_away(domain::errc reason) = 0;
  virtual void round_committed(const domain::round_record& what) = 0;
  virtual void attempt_failed(domain::errc reason) = 0;
  virtual void session_ended(domain::session_status how) = 0;
};

std::unique_ptr<probe> make_probe(prometheus::Registry& registry);
/// Counts nothing; for tests.
std::unique_ptr<probe> make_silent_probe();

} // namespace fedloom::controller
