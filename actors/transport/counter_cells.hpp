#pragma once
#include "actors/transport/gateway.hpp"

#include <atomic>

namespace fedloom::transport {

/// gateway_counters while they count. Any thread.
struct counter_cells {
  using cell = std::atomic<std::uint64_t>;
  cell frames_in{0}, frames_out{0}, bytes_in{0}, bytes_out{0}, frames_malformed{0}, sends_dropped{0}, connections{0};

  static void add(cell& to, std::uint64_t count = 1) { to.fetch_add(count, std::memory_order_relaxed); }

  gateway_counters read() const {
    const auto value = [](const cell& of) { return of.load(std::memory_order_relaxed); };
    return {value(frames_in),        value(frames_out),    value(bytes_in),   value(bytes_out),
            value(frames_malformed), value(sends_dropped), value(connections)};
  }
};

} // namespace fedloom::transport
