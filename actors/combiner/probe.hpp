#pragma once
#include "messages/domain/error.hpp"

#include <chrono>
#include <cstdint>
#include <memory>

namespace prometheus {
class Registry;
}

namespace fedloom::combiner {

/// What a combiner counts, as verbs. Names and labels stand in probe.cpp. Any thread.
class probe {
public:
  virtual ~probe() = default;
  virtual void uplink_is(bool up) = 0;
  virtual void clients_are(std::size_t members) = 0;
  virtual void client_turned_away(domain::errc reason) = 0;
  virtual void client_failed(domain::errc reason) = 0;
  virtual void update_accepted(std::uint64_t bytes) = 0;
  virtual void update_refused(domain::errc reason) = 0;
  virtual void model_pulled(std::uint64_t bytes) = 0;
  virtual void collections_are(std::size_t open) = 0;
  virtual void staging_is(std::uint64_t bytes) = 0;
  /// One write of the journal with so many entries.
  virtual void journal_written(std::size_t entries, std::chrono::duration<double> took) = 0;
  virtual void journal_failed() = 0;
  virtual void journal_set_aside() = 0;
};

std::unique_ptr<probe> make_probe(prometheus::Registry& registry);
/// Counts nothing; for tests.
std::unique_ptr<probe> make_silent_probe();

} // namespace fedloom::combiner
