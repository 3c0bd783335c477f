#include "actors/controller/lateness.hpp"

#include <algorithm>
#include <cmath>

namespace fedloom::controller {

using domain::full_discount;
using domain::late_rule;

namespace {

/// A task's time must fit the wire, together with the longest round.
constexpr domain::milliseconds longest_patience = std::chrono::hours{24 * 30};

/// The carried client as this attempt had it planned.
const domain::carried_client* planned(const domain::round_record& in, const domain::client_id& client) {
  for (const auto& part : in.parts) {
    const auto found = std::ranges::find(part.carried, client, &domain::carried_client::client);
    if (found != part.carried.end()) {
      return &*found;
    }
  }
  return nullptr;
}

} // namespace

bool admits_late(const domain::session_options& options) {
  return options.late_updates == late_rule::carry || options.late_updates == late_rule::buffered;
}

std::uint32_t discount_for(std::uint32_t rounds, double exponent) {
  const auto share = full_discount * std::pow(1.0 + rounds, -exponent);
  return std::max<std::uint32_t>(1, static_cast<std::uint32_t>(std::lround(share)));
}

std::vector<domain::carried_client> unanswered(const domain::round_record& ended) {
  std::vector<domain::carried_client> all;
  if (ended.status != domain::round_status::committed && ended.status != domain::round_status::failed) {
    return all; // its clients were told to end their work
  }
  for (const auto& failure : ended.failures) {
    if (failure.reason.code != domain::errc::late) {
      continue;
    }
    const auto* carried = planned(ended, failure.client);
    all.push_back(carried != nullptr
                      ? *carried
                      : domain::carried_client{failure.client, ended.key.round, ended.key.attempt, ended.parent, 0});
  }
  if (ended.status == domain::round_status::failed) {
    for (const auto& one : ended.contributions) {
      if (const auto* carried = planned(ended, one.client); carried != nullptr) {
        all.push_back(*carried);
      }
    }
  }
  return all;
}

std::vector<domain::carried_client> carried_into(std::uint32_t round, const domain::session_options& options,
                                                 std::vector<domain::carried_client> late) {
  if (!admits_late(options)) {
    return {};
  }
  std::erase_if(late, [&](const auto& one) { return round - one.round > options.max_staleness; });
  for (auto& one : late) {
    one.discount = discount_for(round - one.round, options.staleness_exponent);
  }
  return late;
}

domain::milliseconds patience_for(std::uint32_t round, const domain::session_options& options) {
  if (!admits_late(options)) {
    return domain::milliseconds{0};
  }
  return round >= options.rounds ? domain::milliseconds{1}
                                 : std::min(options.round_timeout * options.max_staleness, longest_patience);
}

std::uint64_t divisor_for(const domain::round_record& settled, const domain::session_options& options) {
  if (options.late_updates != late_rule::buffered) {
    return 0;
  }
  std::uint64_t in_time = 0;
  for (const auto& one : settled.contributions) {
    in_time += options.weights == domain::weighting::uniform ? 1 : one.example_count;
  }
  return in_time * full_discount;
}

} // namespace fedloom::controller
