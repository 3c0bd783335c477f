#include "services/runtime/metrics.hpp"

#include "services/runtime/process_metrics.hpp"
#include "services/runtime/version.hpp"

#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <iterator>

namespace fedloom::runtime {

metrics::metrics(const std::string& service) : registry_(std::make_unique<prometheus::Registry>()) {
  prometheus::BuildGauge()
      .Name("fedloom_build_info")
      .Help("Always 1; the labels tell what runs here.")
      .Register(*registry_)
      .Add({{"service", service}, {"version", std::string{version()}}})
      .Set(1);
}

metrics::~metrics() = default;

std::string metrics::scrape() const {
  auto families = registry_->Collect();
  auto process = process_metrics{}.Collect();
  families.insert(families.end(), std::make_move_iterator(process.begin()), std::make_move_iterator(process.end()));
  return prometheus::TextSerializer{}.Serialize(families);
}

} // namespace fedloom::runtime
