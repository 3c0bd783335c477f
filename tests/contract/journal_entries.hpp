#pragma once
#include "actors/storage/round_journal.hpp"

#include <string>

/// Entries of a combiner's journal with what tests compare.
namespace fedloom::test {

inline domain::journalled_plan plan_under(std::uint64_t lease, std::uint32_t round = 1) {
  domain::journalled_plan entry;
  entry.round = {domain::session_id{"session"}, round, 1};
  entry.plan.lease = domain::lease_id{lease};
  entry.plan.model_bytes = 4096;
  entry.plan.remaining = domain::milliseconds{60000};
  entry.plan.scales = {30, 4000, {1, -2}};
  entry.plan.cohort = {domain::client_id{"a"}, domain::client_id{"b"}};
  return entry;
}

inline domain::contribution contribution_of(const std::string& client, std::uint64_t weight) {
  return {domain::client_id{client}, weight, weight, {}, {{"loss", 0.5}}, 0, 0};
}
inline domain::journalled_answer answer_under(std::uint64_t lease, const std::string& client, std::uint64_t weight) {
  return {domain::lease_id{lease}, contribution_of(client, weight)};
}
inline domain::journalled_end end_of(std::uint64_t lease, bool counted, std::uint32_t round = 1) {
  return {domain::lease_id{lease}, {domain::session_id{"session"}, round, 1}, counted};
}

} // namespace fedloom::test
