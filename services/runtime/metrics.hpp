#pragma once
#include <memory>
#include <string>

namespace prometheus {
class Registry;
}

namespace fedloom::runtime {

/// The metrics of one service: probes register theirs here, Prometheus scrapes them. Holds the process' own metrics and
/// fedloom_build_info{service, version} besides. Must outlive the probes. Any thread.
class metrics {
public:
  explicit metrics(const std::string& service);
  ~metrics();
  metrics(const metrics&) = delete;
  metrics& operator=(const metrics&) = delete;

  prometheus::Registry& registry() { return *registry_; }
  /// In Prometheus' text format.
  std::string scrape() const;

private:
  std::unique_ptr<prometheus::Registry> registry_;
};

} // namespace fedloom::runtime
