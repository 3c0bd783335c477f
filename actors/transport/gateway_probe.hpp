#pragma once
#include "actors/transport/gateway.hpp"

#include <memory>

namespace prometheus {
class Registry;
}

namespace fedloom::transport {

/// A gateway's totals as metrics, brought up to date before each scrape. Any thread.
class gateway_probe {
public:
  virtual ~gateway_probe() = default;
  virtual void update(const gateway_counters& now) = 0;
};

/// `service` becomes part of the names: fedloom_<service>_mesh_...
std::unique_ptr<gateway_probe> make_gateway_probe(prometheus::Registry& registry, const std::string& service);

} // namespace fedloom::transport
