#pragma once
#include "tests/bench/floor.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace fedloom::bench {

struct rounds_order {
  std::uint32_t clients = 10;
  std::uint64_t parameters = 1'000'000;
  std::uint32_t rounds = 10;
  std::uint32_t combiners = 1;
  std::uint32_t warmup = 1; ///< rounds before the first that counts
};

/// Where things are.
struct bench_place {
  std::filesystem::path programs;
  bool keep = false; ///< logs and data stay behind
};

/// Of the controller, of all combiners together, and of the process that holds all clients.
struct per_service {
  double controller = 0;
  double combiner = 0;
  double client = 0;
};

struct rounds_result {
  rounds_order order;
  std::vector<double> round_seconds; ///< ascending
  floor_times floor;
  per_service cpu_seconds;    ///< over the measured rounds
  double journal_seconds = 0; ///< processor time, of all combiners, over the measured rounds
  per_service peak_rss_mb;    ///< of each process since its start; the combiners' largest; MB = 10^6 bytes

  double median() const;
  double worst() const { return round_seconds.back(); }
  double seconds() const; ///< of all measured rounds
  double updates() const { return static_cast<double>(order.clients) * static_cast<double>(round_seconds.size()); }
  double updates_per_second() const;
  /// What a combiner's journal costs: the processor time of the thread that encodes, writes and reports it, on average
  /// of the combiners and as a share of the measured rounds' time.
  double journal_share() const;
  /// Model bytes down and up in all measured rounds.
  double megabytes_moved() const;
};

/// Measures the floor, starts a mesh, trains, checks the outcome, ends the mesh. Throws bench_failure.
rounds_result measure_rounds(const rounds_order& order, const bench_place& place);

nlohmann::ordered_json to_json(const rounds_result& found);
std::string to_text(const rounds_result& found);

} // namespace fedloom::bench
