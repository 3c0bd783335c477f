#include "tests/bench/rounds.hpp"

#include <fmt/format.h>

namespace fedloom::bench {

nlohmann::ordered_json to_json(const rounds_result& found) {
  const auto moved = found.megabytes_moved();
  const auto& cpu = found.cpu_seconds;
  const auto& rss = found.peak_rss_mb;
  return {{"clients", found.order.clients},
          {"params", found.order.parameters},
          {"rounds", found.order.rounds},
          {"combiners", found.order.combiners},
          {"round_s", {{"median", found.median()}, {"max", found.worst()}}},
          {"floor_s", found.floor.total()},
          {"updates_per_s", found.updates_per_second()},
          {"cpu_s_per_update",
           {{"controller", cpu.controller / found.updates()}, {"combiner", cpu.combiner / found.updates()}}},
          {"cpu_ms_per_mb", {{"controller", 1e3 * cpu.controller / moved}, {"combiner", 1e3 * cpu.combiner / moved}}},
          {"journal_share", found.journal_share()},
          {"rss_mb", {{"controller", rss.controller}, {"combiner", rss.combiner}, {"client", rss.client}}}};
}

std::string to_text(const rounds_result& found) {
  const auto moved = found.megabytes_moved();
  const auto line = [&](const char* name, double cpu, double rss) {
    return fmt::format("  {:<11} {:>14.6f} {:>12.3f} {:>14.1f}\n", name, cpu / found.updates(), 1e3 * cpu / moved, rss);
  };
  return fmt::format(
             "{} clients x {} float32 parameters, {} rounds, {} combiner(s); the final model is exact\n"
             "  round   median {:.4f} s, worst {:.4f} s, {:.1f} updates/s\n"
             "  floor   {:.4f} s = transfer {:.4f} + multiply-add {:.4f} + file {:.4f}; median round / floor {:.2f}\n"
             "  journal {:.2f} % of a round for the journal, per combiner\n"
             "  process     CPU s / update  CPU ms / MB  peak RSS in MB\n",
             found.order.clients, found.order.parameters, found.order.rounds, found.order.combiners, found.median(),
             found.worst(), found.updates_per_second(), found.floor.total(), found.floor.transfer,
             found.floor.multiply_add, found.floor.file, found.median() / found.floor.total(),
             1e2 * found.journal_share()) +
         line("controller", found.cpu_seconds.controller, found.peak_rss_mb.controller) +
         line("combiner", found.cpu_seconds.combiner, found.peak_rss_mb.combiner) +
         line("all clients", found.cpu_seconds.client, found.peak_rss_mb.client);
}

} // namespace fedloom::bench
