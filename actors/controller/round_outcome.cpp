// What a collection has brought together so far, for records and receipts.
#include "actors/controller/round_machine.hpp"

#include <algorithm>

namespace fedloom::controller {

std::vector<domain::part_record> round_machine::parts() const {
  std::vector<domain::part_record> all;
  for (const auto& [lease, one] : parts_) {
    if (one.at != part_stage::fenced) {
      all.push_back(record_of(lease, one));
    }
  }
  return all;
}

std::vector<std::pair<domain::combiner_id, domain::lease_id>> round_machine::leases() const {
  std::vector<std::pair<domain::combiner_id, domain::lease_id>> all;
  for (const auto& [lease, one] : parts_) {
    all.emplace_back(one.combiner, lease);
  }
  return all;
}

bool round_machine::is_taken(domain::lease_id lease) const {
  const auto found = parts_.find(lease);
  return found != parts_.end() && found->second.at == part_stage::taken;
}

bool round_machine::is_held(domain::lease_id lease) const {
  return is_taken(lease) && !parts_.at(lease).lost;
}

std::vector<domain::contribution> round_machine::contributions() const {
  std::vector<domain::contribution> all;
  for (const auto& [lease, one] : parts_) {
    if (one.at == part_stage::taken && one.result) {
      all.insert(all.end(), one.result->contributions.begin(), one.result->contributions.end());
    }
  }
  std::ranges::sort(all, {}, &domain::contribution::client);
  return all;
}

std::vector<domain::contribution_failure> round_machine::failures() const {
  auto all = lost_;
  for (const auto& [lease, one] : parts_) {
    if (one.at == part_stage::taken && one.result) {
      all.insert(all.end(), one.result->failures.begin(), one.result->failures.end());
    }
  }
  std::ranges::sort(all, {}, &domain::contribution_failure::client);
  return all;
}

std::set<domain::client_id> round_machine::lost() const {
  std::set<domain::client_id> all;
  for (const auto& one : failures()) {
    if (may_come_back(one)) {
      all.insert(one.client);
    }
  }
  return all;
}

std::vector<domain::contribution_failure> round_machine::missing() const {
  auto all = lost_;
  for (const auto& [client, one] : orphans_) {
    const bool has_part = std::ranges::any_of(parts_, [&](const auto& entry) {
      const auto& cohort = entry.second.cohort;
      return entry.second.at != part_stage::fenced && std::ranges::find(cohort, client) != cohort.end();
    });
    if (!has_part) { // else its part says so again
      all.push_back({client, one.reason, 0});
    }
  }
  return all;
}

std::uint64_t round_machine::weight() const {
  std::uint64_t total = 0;
  for (const auto& one : contributions()) {
    total += one.weight;
  }
  return total;
}

std::uint64_t round_machine::bytes_up() const {
  std::uint64_t total = 0;
  for (const auto& [lease, one] : parts_) {
    total += one.result ? one.result->bytes_received : 0;
  }
  return total;
}

std::uint64_t round_machine::bytes_down() const {
  std::uint64_t total = 0;
  for (const auto& [lease, one] : parts_) {
    total += one.result ? one.result->bytes_sent : 0;
  }
  return total;
}

} // namespace fedloom::controller
