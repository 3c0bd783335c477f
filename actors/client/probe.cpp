#include "actors/client/probe.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <string>

namespace fedloom::client {

namespace {

class prometheus_probe final : public probe {
public:
  explicit prometheus_probe(prometheus::Registry& registry)
      : attached_(prometheus::BuildGauge()
                      .Name("fedloom_client_attached")
                      .Help("Clients of this process that a combiner has welcomed.")
                      .Register(registry)
                      .Add({})),
        kept_(prometheus::BuildGauge()
                  .Name("fedloom_client_updates_kept")
                  .Help("Updates that clients of this process keep until a receipt lets them go.")
                  .Register(registry)
                  .Add({})),
        begun_(prometheus::BuildCounter()
                   .Name("fedloom_client_tasks_begun_total")
                   .Help("Tasks whose entry point was started, by kind.")
                   .Register(registry)),
        ended_(prometheus::BuildCounter()
                   .Name("fedloom_client_tasks_ended_total")
                   .Help("Tasks that ended, by kind and outcome.")
                   .Register(registry)),
        receipts_(prometheus::BuildCounter()
                      .Name("fedloom_client_receipts_total")
                      .Help("Receipts for updates, by verdict.")
                      .Register(registry)),
        seconds_(prometheus::BuildHistogram()
                     .Name("fedloom_client_task_duration_seconds")
                     .Help("Running time of tasks, by kind.")
                     .Register(registry)) {}

  void attached() override { attached_.Increment(); }
  void detached() override { attached_.Decrement(); }
  void kept(std::int64_t change) override { kept_.Increment(static_cast<double>(change)); }
  void task_begun(domain::task_kind kind) override { begun_.Add({{"kind", std::string(to_string(kind))}}).Increment(); }
  void task_ended(domain::task_kind kind, domain::errc outcome, double seconds) override {
    const std::string name(to_string(kind));
    ended_.Add({{"kind", name}, {"outcome", std::string(to_string(outcome))}}).Increment();
    seconds_
        .Add({{"kind", name}},
             prometheus::Histogram::BucketBoundaries{0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800, 7200})
        .Observe(seconds);
  }
  void receipt(domain::receipt_verdict verdict) override {
    receipts_.Add({{"verdict", std::string(to_string(verdict))}}).Increment();
  }

private:
  prometheus::Gauge& attached_;
  prometheus::Gauge& kept_;
  prometheus::Family<prometheus::Counter>& begun_;
  prometheus::Family<prometheus::Counter>& ended_;
  prometheus::Family<prometheus::Counter>& receipts_;
  prometheus::Family<prometheus::Histogram>& seconds_;
};

class silent_probe final : public probe {
public:
  void attached() override {}
  void detached() override {}
  void kept(std::int64_t) override {}
  void task_begun(domain::task_kind) override {}
  void task_ended(domain::task_kind, domain::errc, double) override {}
  void receipt(domain::receipt_verdict) override {}
};

} // namespace

std::unique_ptr<probe> make_probe(prometheus::Registry& registry) {
  return std::make_unique<prometheus_probe>(registry);
}
std::unique_ptr<probe> make_silent_probe() {
  return std::make_unique<silent_probe>();
}

} // namespace fedloom::client
