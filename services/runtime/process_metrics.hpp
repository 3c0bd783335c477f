#pragma once
#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

namespace fedloom::runtime {

/// Memory, processor time, open files and start of this process, under Prometheus' usual names, read from /proc at each
/// scrape. Any thread.
class process_metrics final : public prometheus::Collectable {
public:
  std::vector<prometheus::MetricFamily> Collect() const override;
};

} // namespace fedloom::runtime
