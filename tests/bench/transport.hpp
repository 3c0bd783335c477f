#pragma once
#include <nlohmann/json.hpp>

#include <string>

namespace fedloom::bench {

struct transport_result {
  double gateway_gb_per_s = 0;  ///< one way, 1 MiB payloads with credit for 32 of them
  double tcp_gb_per_s = 0;      ///< plain writes of 1 MiB in the same run
  double round_trip_p50_us = 0; ///< a small message there and back, with a thread switch at each end
};

/// Two ZeroMQ gateways in this process over loopback. Throws bench_failure.
transport_result measure_transport();

nlohmann::ordered_json to_json(const transport_result& found);
std::string to_text(const transport_result& found);

} // namespace fedloom::bench
