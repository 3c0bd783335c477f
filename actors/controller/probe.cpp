#include "actors/controller/probe.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

namespace fedloom::controller {

namespace {

class prometheus_probe final : public probe {
public:
  explicit prometheus_probe(prometheus::Registry& registry)
      : combiners_(gauge(registry, "fedloom_controller_combiners", "Combiners with a living lease.")),
        clients_(gauge(registry, "fedloom_controller_clients", "Clients with a living lease at a living combiner.")),
        turned_away_(prometheus::BuildCounter()
                         .Name("fedloom_controller_turned_away_total")
                         .Help("Combiners and clients whose introduction was refused, by reason.")
                         .Register(registry)),
        rounds_(prometheus::BuildCounter()
                    .Name("fedloom_controller_rounds_committed_total")
                    .Help("Rounds whose global model was committed.")
                    .Register(registry)
                    .Add({})),
        updates_(prometheus::BuildCounter()
                     .Name("fedloom_controller_updates_counted_total")
                     .Help("Client updates in committed rounds.")
                     .Register(registry)
                     .Add({})),
        attempts_failed_(prometheus::BuildCounter()
                             .Name("fedloom_controller_attempts_failed_total")
                             .Help("Attempts of rounds that ended without a commit, by reason.")
                             .Register(registry)),
        sessions_(prometheus::BuildCounter()
                      .Name("fedloom_controller_sessions_ended_total")
                      .Help("Sessions that ended, by status.")
                      .Register(registry)),
        round_seconds_(prometheus::BuildHistogram()
                           .Name("fedloom_controller_round_duration_seconds")
                           .Help("From opening a round's committed attempt to its commit.")
                           .Register(registry)
                           .Add({}, prometheus::Histogram::BucketBoundaries{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
                                                                            2.5, 5, 10, 30, 60, 300, 1800})) {}

  void combiners_are(std::size_t alive) override { combiners_.Set(static_cast<double>(alive)); }
  void clients_are(std::size_t online) override { clients_.Set(static_cast<double>(online)); }
  void turned_away(domain::errc reason) override {
    turned_away_.Add({{"reason", std::string(to_string(reason))}}).Increment();
  }
  void round_committed(const domain::round_record& what) override {
    rounds_.Increment();
    updates_.Increment(static_cast<double>(what.contributions.size()));
    round_seconds_.Observe(std::chrono::duration<double>(what.closed_at - what.opened_at).count());
  }
  void attempt_failed(domain::errc reason) override {
    attempts_failed_.Add({{"reason", std::string(to_string(reason))}}).Increment();
  }
  void session_ended(domain::session_status how) override {
    sessions_.Add({{"status", std::string(to_string(how))}}).Increment();
  }

private:
  static prometheus::Gauge& gauge(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
  }

  prometheus::Gauge& combiners_;
  prometheus::Gauge& clients_;
  prometheus::Family<prometheus::Counter>& turned_away_;
  prometheus::Counter& rounds_;
  prometheus::Counter& updates_;
  prometheus::Family<prometheus::Counter>& attempts_failed_;
  prometheus::Family<prometheus::Counter>& sessions_;
  prometheus::Histogram& round_seconds_;
};

class silent_probe final : public probe {
public:
  void combiners_are(std::size_t) override {}
  void clients_are(std::size_t) override {}
  void turned_away(domain::errc) override {}
  void round_committed(const domain::round_record&) override {}
  void attempt_failed(domain::errc) override {}
  void session_ended(domain::session_status) override {}
};

} // namespace

std::unique_ptr<probe> make_probe(prometheus::Registry& registry) {
  return std::make_unique<prometheus_probe>(registry);
}
std::unique_ptr<probe> make_silent_probe() {
  return std::make_unique<silent_probe>();
}

} // namespace fedloom::controller
