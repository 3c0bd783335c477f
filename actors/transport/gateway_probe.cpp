#include "actors/transport/gateway_probe.hpp"

#include <prometheus/counter.h>
#include <prometheus/registry.h>

#include <mutex>

namespace fedloom::transport {

namespace {

/// A counter that follows a total which somebody else keeps.
class followed_total {
public:
  followed_total(prometheus::Registry& registry, const std::string& name, const char* help)
      : counter_(prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({})) {}
  void follow(std::uint64_t total) {
    counter_.Increment(static_cast<double>(total - last_));
    last_ = total;
  }

private:
  prometheus::Counter& counter_;
  std::uint64_t last_ = 0;
};

class prometheus_gateway_probe final : public gateway_probe {
public:
  prometheus_gateway_probe(prometheus::Registry& registry, const std::string& prefix)
      : frames_in_(registry, prefix + "frames_received_total", "Messages received from the mesh."),
        frames_out_(registry, prefix + "frames_sent_total", "Messages sent to the mesh."),
        bytes_in_(registry, prefix + "received_bytes_total", "Bytes of frames and payloads received."),
        bytes_out_(registry, prefix + "sent_bytes_total", "Bytes of frames and payloads sent."),
        malformed_(registry, prefix + "frames_malformed_total",
                   "Messages that were dropped because they could not be verified."),
        dropped_(registry, prefix + "sends_dropped_total",
                 "Messages that were not sent because the peer was gone or its queue full."),
        connections_(registry, prefix + "connections_accepted_total", "Connections accepted.") {}

  void update(const gateway_counters& now) override {
    const std::lock_guard lock(mutex_); // two scrapes at once
    frames_in_.follow(now.frames_in);
    frames_out_.follow(now.frames_out);
    bytes_in_.follow(now.bytes_in);
    bytes_out_.follow(now.bytes_out);
    malformed_.follow(now.frames_malformed);
    dropped_.follow(now.sends_dropped);
    connections_.follow(now.connections);
  }

private:
  std::mutex mutex_;
  followed_total frames_in_;
  followed_total frames_out_;
  followed_total bytes_in_;
  followed_total bytes_out_;
  followed_total malformed_;
  followed_total dropped_;
  followed_total connections_;
};

} // namespace

std::unique_ptr<gateway_probe> make_gateway_probe(prometheus::Registry& registry, const std::string& service) {
  return std::make_unique<prometheus_gateway_probe>(registry, "fedloom_" + service + "_mesh_");
}

} // namespace fedloom::transport
