#pragma once
#include "messages/domain/round.hpp"

#include <memory>

namespace prometheus {
class Registry;
}

namespace fedloom::client {

/// What a client process counts, as verbs. Names and labels stand in probe.cpp. Any thread.
class probe {
public:
  virtual ~probe() = default;
  virtual void attached() = 0;
  virtual void detached() = 0;
  virtual void task_begun(domain::task_kind kind) = 0;
  virtual void task_ended(domain::task_kind kind, domain::errc outcome, double seconds) = 0;
  /// `change` updates more are kept than before, by a client of this process.
  virtual void kept(std::int64_t change) = 0;
  virtual void receipt(domain::receipt_verdict verdict) = 0;
};

std::unique_ptr<probe> make_probe(prometheus::Registry& registry);
/// Counts nothing; for tests and load.
std::unique_ptr<probe> make_silent_probe();

} // namespace fedloom::client
