#include "actors/combiner/probe.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <string>

namespace fedloom::combiner {

namespace {

using counter_family = prometheus::Family<prometheus::Counter>;

class prometheus_probe final : public probe {
public:
  explicit prometheus_probe(prometheus::Registry& registry)
      : uplink_(gauge(registry, "fedloom_combiner_uplink_up", "1 while the controller has welcomed this combiner.")),
        clients_(gauge(registry, "fedloom_combiner_clients", "Clients with a living lease here.")),
        collections_(gauge(registry, "fedloom_combiner_collections", "Parts of rounds that are held.")),
        staging_(gauge(registry, "fedloom_combiner_staging_bytes", "Bytes of uploads that are not folded yet.")),
        turned_away_(family(registry, "fedloom_combiner_clients_turned_away_total",
                            "Introductions of clients that were refused, by reason.")),
        failures_(family(registry, "fedloom_combiner_client_failures_total",
                         "Tasks that a client did not answer usefully, by reason.")),
        refused_(family(registry, "fedloom_combiner_updates_refused_total", "Updates that were refused, by reason.")),
        accepted_(family(registry, "fedloom_combiner_updates_accepted_total", "Updates that were folded.").Add({})),
        accepted_bytes_(
            family(registry, "fedloom_combiner_updates_accepted_bytes_total", "Bytes of updates that were folded.")
                .Add({})),
        models_(family(registry, "fedloom_combiner_models_pulled_total", "Global models pulled from the controller.")
                    .Add({})),
        model_bytes_(family(registry, "fedloom_combiner_models_pulled_bytes_total",
                            "Bytes of global models pulled from the controller.")
                         .Add({})),
        journal_entries_(
            family(registry, "fedloom_combiner_journal_entries_total", "Entries that are in the journal.").Add({})),
        journal_failures_(family(registry, "fedloom_combiner_journal_failures_total",
                                 "Writes of the journal that failed, for example on a full disk.")
                              .Add({})),
        journals_set_aside_(family(registry, "fedloom_combiner_journals_set_aside_total",
                                   "Journals that were damaged and have been begun anew.")
                                .Add({})),
        journal_group_(histogram(registry, "fedloom_combiner_journal_group_entries",
                                 "Entries that one write of the journal had.",
                                 {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024})),
        journal_seconds_(histogram(registry, "fedloom_combiner_journal_write_seconds",
                                   "Time of one write of the journal.",
                                   {0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1})) {}

  void uplink_is(bool up) override { uplink_.Set(up ? 1 : 0); }
  void clients_are(std::size_t members) override { clients_.Set(static_cast<double>(members)); }
  void collections_are(std::size_t open) override { collections_.Set(static_cast<double>(open)); }
  void staging_is(std::uint64_t bytes) override { staging_.Set(static_cast<double>(bytes)); }
  void client_turned_away(domain::errc reason) override { count(turned_away_, reason); }
  void client_failed(domain::errc reason) override { count(failures_, reason); }
  void update_refused(domain::errc reason) override { count(refused_, reason); }
  void update_accepted(std::uint64_t bytes) override {
    accepted_.Increment();
    accepted_bytes_.Increment(static_cast<double>(bytes));
  }
  void model_pulled(std::uint64_t bytes) override {
    models_.Increment();
    model_bytes_.Increment(static_cast<double>(bytes));
  }
  void journal_written(std::size_t entries, std::chrono::duration<double> took) override {
    journal_entries_.Increment(static_cast<double>(entries));
    journal_group_.Observe(static_cast<double>(entries));
    journal_seconds_.Observe(took.count());
  }
  void journal_failed() override { journal_failures_.Increment(); }
  void journal_set_aside() override { journals_set_aside_.Increment(); }

private:
  static prometheus::Gauge& gauge(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
  }
  static counter_family& family(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
  }
  static prometheus::Histogram& histogram(prometheus::Registry& registry, const char* name, const char* help,
                                          const prometheus::Histogram::BucketBoundaries& bounds) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add({}, bounds);
  }
  static void count(counter_family& family, domain::errc reason) {
    family.Add({{"reason", std::string(to_string(reason))}}).Increment();
  }

  prometheus::Gauge& uplink_;
  prometheus::Gauge& clients_;
  prometheus::Gauge& collections_;
  prometheus::Gauge& staging_;
  counter_family& turned_away_;
  counter_family& failures_;
  counter_family& refused_;
  prometheus::Counter& accepted_;
  prometheus::Counter& accepted_bytes_;
  prometheus::Counter& models_;
  prometheus::Counter& model_bytes_;
  prometheus::Counter& journal_entries_;
  prometheus::Counter& journal_failures_;
  prometheus::Counter& journals_set_aside_;
  prometheus::Histogram& journal_group_;
  prometheus::Histogram& journal_seconds_;
};

class silent_probe final : public probe {
public:
  void uplink_is(bool) override {}
  void clients_are(std::size_t) override {}
  void client_turned_away(domain::errc) override {}
  void client_failed(domain::errc) override {}
  void update_accepted(std::uint64_t) override {}
  void update_refused(domain::errc) override {}
  void model_pulled(std::uint64_t) override {}
  void collections_are(std::size_t) override {}
  void staging_is(std::uint64_t) override {}
  void journal_written(std::size_t, std::chrono::duration<double>) override {}
  void journal_failed() override {}
  void journal_set_aside() override {}
};

} // namespace

std::unique_ptr<probe> make_probe(prometheus::Registry& registry) {
  return std::make_unique<prometheus_probe>(registry);
}
std::unique_ptr<probe> make_silent_probe() {
  return std::make_unique<silent_probe>();
}

} // namespace fedloom::combiner
