// What a collection has brought together so far, for records and receipts.
#include "actors/controller/round_machine.hpp"

#include <algorithm>

namespace fedloom::controller {

std::vector<domain::part_record> round_machine::parts() const {
  std::vector<domain::part_record> all;
  for (const auto& [lease, one] : parts_) {
    if (one.at != part_stage::fenced) {
      all.push_back({lease, one.combiner, one.cohort});
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
