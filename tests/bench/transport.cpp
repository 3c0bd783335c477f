#include "tests/bench/transport.hpp"

#include "actors/transport/zmq_gateway.hpp"
#include "tests/bench/bench_failure.hpp"
#include "tests/bench/stopwatch.hpp"
#include "tests/bench/tcp_pair.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace fedloom::bench {

namespace {

using transport::inbound;
using transport::peer_id;

constexpr std::uint64_t chunks = 4096;
constexpr std::uint64_t window = 32;
constexpr int round_trips = 10'000;
constexpr std::chrono::seconds patience{30};

/// Counts what arrives and forgets it, so that payloads are freed as they would be after folding.
class counter {
public:
  transport::inbox entry() {
    return {[this](const inbound& what) {
              const std::lock_guard lock(mutex_);
              last_ = what.from;
              ++arrived_;
              changed_.notify_all();
            },
            [](const transport::peer_notice&) {}};
  }
  /// Until `count` have arrived in all; who sent the last one.
  peer_id wait_for(std::uint64_t count) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, patience, [&] { return arrived_ >= count; })) {
      throw bench_failure("a gateway delivered only " + std::to_string(arrived_) + " of " + std::to_string(count));
    }
    return last_;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t arrived_ = 0;
  peer_id last_;
};

std::unique_ptr<transport::zmq_gateway> open(const char* bind, counter& to) {
  transport::zmq_gateway_config config;
  config.bind = bind;
  return value_or_fail(transport::zmq_gateway::open(config, to.entry()));
}

double seconds_by_tcp() {
  const tcp_pair connection;
  const std::vector<std::byte> payload(tcp_write_bytes, std::byte{1});
  std::vector<std::byte> into(tcp_write_bytes);
  const stopwatch watch;
  {
    const std::jthread reader([&] { read_bytes(connection.far(), into, chunks * tcp_write_bytes); });
    write_bytes(connection.near(), payload, chunks * tcp_write_bytes);
  }
  return watch.seconds();
}

double seconds_by_gateway(transport::gateway& from, peer_id to, counter& received, std::uint64_t had) {
  const auto payload = domain::shared_bytes::adopt(std::vector<std::byte>(domain::chunk_bytes, std::byte{1}));
  const stopwatch watch;
  for (std::uint64_t i = 0; i < chunks; ++i) {
    received.wait_for(had + (i < window ? 0 : i + 1 - window));
    from.send(to, {{}, domain::chunk{domain::transfer_id{1}, static_cast<std::uint32_t>(i), {}}, payload});
  }
  received.wait_for(had + chunks);
  return watch.seconds();
}

/// Returns how many messages went each way.
double median_round_trip(transport::gateway& near, peer_id to, counter& near_box, transport::gateway& far,
                         counter& far_box) {
  std::jthread echo([&](std::stop_token stop) {
    try {
      for (std::uint64_t i = 1; i <= round_trips && !stop.stop_requested(); ++i) {
        far.send(far_box.wait_for(i), {{}, domain::heartbeat{i}, {}});
      }
    } catch (const bench_failure&) { // the other side will miss this answer, and says so
    }
  });
  std::vector<double> times;
  for (std::uint64_t i = 1; i <= round_trips; ++i) {
    const stopwatch watch;
    near.send(to, {{}, domain::heartbeat{i}, {}});
    near_box.wait_for(i);
    times.push_back(watch.seconds());
  }
  std::ranges::nth_element(times, times.begin() + round_trips / 2);
  return times[round_trips / 2];
}

} // namespace

transport_result measure_transport() {
  constexpr double gigabytes = static_cast<double>(chunks * tcp_write_bytes) / 1e9;
  counter near_box;
  counter far_box;
  const auto far = open("tcp://127.0.0.1:0", far_box);
  const auto near = open("", near_box);
  const auto to = near->dial(far->endpoint());
  transport_result found;
  found.round_trip_p50_us = 1e6 * median_round_trip(*near, to, near_box, *far, far_box);
  found.tcp_gb_per_s = gigabytes / seconds_by_tcp();
  found.gateway_gb_per_s = gigabytes / seconds_by_gateway(*near, to, far_box, round_trips);
  return found;
}

nlohmann::ordered_json to_json(const transport_result& found) {
  return {{"gateway_gb_per_s", found.gateway_gb_per_s},
          {"tcp_gb_per_s", found.tcp_gb_per_s},
          {"round_trip_p50_us", found.round_trip_p50_us}};
}

std::string to_text(const transport_result& found) {
  return fmt::format("1 MiB payloads, one way   {:.2f} GB/s; plain TCP {:.2f} GB/s; ratio {:.2f}\n"
                     "small message, round trip {:.1f} us (median)\n",
                     found.gateway_gb_per_s, found.tcp_gb_per_s, found.gateway_gb_per_s / found.tcp_gb_per_s,
                     found.round_trip_p50_us);
}

} // namespace fedloom::bench
