#include "actors/controller/selection.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace fedloom::controller {

using domain::selection_rule;

namespace {

constexpr double explored_share = 0.2;

/// The largest of each figure among the eligible, by which the others are measured.
struct yardstick {
  double least_time = 0; ///< 0: nobody was timed
  double most_cores = 0;
  double most_memory = 0;
};

yardstick measure(std::span<const available_client> all, const track_record& seen) {
  yardstick most;
  for (const auto& one : all) {
    const auto* known = seen.find(one.client);
    if (known != nullptr && known->milliseconds) {
      most.least_time = most.least_time > 0 ? std::min(most.least_time, *known->milliseconds) : *known->milliseconds;
    }
    most.most_cores = std::max(most.most_cores, static_cast<double>(one.machine.cpu_cores));
    most.most_memory = std::max(most.most_memory, static_cast<double>(one.machine.memory_bytes));
  }
  return most;
}

double share(double part, double most) {
  return most > 0 ? part / most : 0;
}

double score_of(selection_rule rule, const available_client& one, const track_record::observed& known,
                const yardstick& most) {
  // Who answers, but was never timed, is as good as the fastest.
  const double speed = known.milliseconds ? share(most.least_time, *known.milliseconds) : 1;
  const double performance = known.answers * speed;
  if (rule == selection_rule::performance) {
    return performance;
  }
  const double machine = share(one.machine.cpu_cores, most.most_cores) +
                         share(static_cast<double>(one.machine.memory_bytes), most.most_memory);
  return machine / 4 + performance / 2;
}

std::vector<pick> all_alike(std::vector<available_client> from, const std::string& reason) {
  std::vector<pick> picks;
  for (auto& one : from) {
    domain::client_choice why{one.client, reason, 0};
    picks.push_back({std::move(one), std::move(why)});
  }
  return picks;
}

/// Of so many places; the part of one that is left over is drawn.
std::size_t places_to_explore(std::size_t places, std::mt19937& random) {
  const double unit = static_cast<double>(random()) / (static_cast<double>(std::mt19937::max()) + 1);
  return static_cast<std::size_t>(std::floor(explored_share * static_cast<double>(places) + unit));
}

std::vector<pick> best_of(selection_rule rule, std::vector<available_client> from, std::size_t places,
                          const track_record& seen, std::mt19937& random) {
  std::ranges::shuffle(from, random); // the order of equals
  const auto most = measure(from, seen);
  std::vector<pick> known;
  std::vector<pick> unknown;
  for (auto& one : from) {
    const auto* observed = seen.find(one.client);
    const double score = observed == nullptr ? 0 : score_of(rule, one, *observed, most);
    domain::client_choice why{one.client, "explored: not observed lately", score};
    (observed == nullptr ? unknown : known).push_back({std::move(one), std::move(why)});
  }
  std::ranges::stable_sort(known, std::ranges::greater{}, [](const auto& one) { return one.why.score; });
  for (std::size_t i = 0; i < known.size(); ++i) {
    known[i].why.reason =
        std::string(to_string(rule)) + ": rank " + std::to_string(i + 1) + " of " + std::to_string(known.size());
  }
  const auto left_over = places - std::min(places, known.size());
  const auto explored = std::min(std::max(places_to_explore(places, random), left_over), unknown.size());
  known.resize(std::min(known.size(), places - explored));
  std::ranges::move(std::span(unknown).first(explored), std::back_inserter(known));
  return known;
}

/// requested_clients and those beyond them, that make up for clients which answer late or never.
std::size_t requested(const domain::session_options& options) {
  return static_cast<std::size_t>(std::ceil(options.requested_clients * (1.0 + options.over_selection)));
}

} // namespace

std::vector<pick> select(selection_rule rule, std::vector<available_client> from, std::size_t places,
                         const track_record& seen, std::mt19937& random) {
  std::vector<pick> picks;
  if (places >= from.size()) {
    picks = all_alike(std::move(from), "all are asked");
  } else if (rule == selection_rule::random) {
    std::ranges::shuffle(from, random);
    from.resize(places);
    picks = all_alike(std::move(from), "random");
  } else {
    picks = best_of(rule, std::move(from), places, seen, random);
  }
  std::ranges::sort(
      picks, {}, [](const auto& one) -> const auto& { return one.who.client; });
  return picks;
}

std::size_t places_in(const domain::session_options& options, std::size_t eligible) {
  const auto most = options.requested_clients < 0 ? eligible : std::min(requested(options), eligible);
  // A product that should be whole may lie above by rounding.
  const double part = std::ceil(options.selection.fraction * static_cast<double>(eligible) - 1e-9);
  return std::min(most, std::max<std::size_t>(static_cast<std::size_t>(part), options.min_clients));
}

} // namespace fedloom::controller
